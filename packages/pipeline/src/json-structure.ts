/**
 * A look at the structure of a request body before it is parsed, so that it cannot cost more than its size.
 */
import { JsonOutline } from "@slipstream/dialects/json-outline";
import type { OutlineBounds, OutlineState } from "@slipstream/dialects/json-outline";
import { GatewayError } from "@slipstream/contracts/errors";
import type { Span } from "./json-members.ts";

/** Objects and arrays inside one another. Tool schemas of real clients stay below 20. */
export const DEPTH_MAX: number = 128;
/** Members of all objects together: a conversation of ten thousand messages has half of it. */
export const MEMBERS_MAX: number = 50_000;
/** Objects and arrays together. */
export const CONTAINERS_MAX: number = 50_000;

const BOUNDS: OutlineBounds = {
  depthMax: DEPTH_MAX,
  membersMax: MEMBERS_MAX,
  containersMax: CONTAINERS_MAX,
};

/** Bytes that are looked at in one turn of the event loop: some milliseconds at worst. */
const TURN_BYTES = 256 * 1024;

/** Resolves when everybody else has had a turn of the event loop. */
export type NextTurn = () => Promise<void>;

/**
 * @param json Bytes that may be JSON; what is not is for the parser to find.
 * @throws {GatewayError} `invalid_request` beyond a bound.
 */
export function checkStructure(json: Buffer): void {
  requireBounds(new JsonOutline(BOUNDS).read(json));
}

/**
 * As above, but a large body does not keep others waiting.
 *
 * @returns where its long strings stand, in their order.
 */
export async function checkStructureInTurns(
  json: Buffer,
  nextTurn: NextTurn,
): Promise<readonly Span[]> {
  const strings: Span[] = [];
  const outline = new JsonOutline(BOUNDS, {
    depthMax: NO_DEPTH,
    name: ignore,
    valueStart: ignore,
    valueEnd: ignore,
    longString: (start, end) => strings.push({ start, end }),
  });
  for (let end = TURN_BYTES; end < json.length; end += TURN_BYTES) {
    requireBounds(outline.read(json.subarray(0, end)));
    await nextTurn();
  }
  requireBounds(outline.read(json));
  return strings;
}

/** Only of long strings something is wanted. */
const NO_DEPTH = -1;

function ignore(): void {
  // Not told of.
}

function requireBounds(state: OutlineState): void {
  switch (state) {
    case "too_deep":
      throw toStructureError(`nesting of more than ${DEPTH_MAX} levels`);
    case "too_many_members":
      throw toStructureError(`more than ${MEMBERS_MAX} fields`);
    case "too_many_containers":
      throw toStructureError(`more than ${CONTAINERS_MAX} objects and lists`);
    case "open":
    case "whole":
    case "malformed":
  }
}

function toStructureError(what: string): GatewayError {
  return new GatewayError("invalid_request", `The request body has ${what}.`);
}
