/** Reading values of JSON that others wrote: what is not of the expected kind is `undefined`. */
import { OPEN_BRACE, OPEN_BRACKET, skipSpace } from "./json-bytes.ts";
import { JsonOutline } from "./json-outline.ts";
import type { OutlineBounds } from "./json-outline.ts";

/** JSON.parse takes 10 ms for the worst that fits (lists of objects with a name each of its own). Bytes. */
export const PARSED_BYTES_MAX: number = 128 * 1024;

/** Of larger JSON that is parsed as well: pictures and sound in base64, which have next to none of both. */
const PARSED_BOUNDS: OutlineBounds = { depthMax: 128, containersMax: 5000, membersMax: 5000 };

export type JsonObject = Readonly<Record<string, unknown>>;

export function asObject(value: unknown): JsonObject | undefined {
  return isObject(value) ? value : undefined;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function asArray(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function asText(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** A text or a list that is not empty. */
export function hasLength(value: unknown): boolean {
  return (typeof value === "string" || Array.isArray(value)) && value.length > 0;
}

/** Of a text in UTF-8; 0 for everything else. */
export function countBytes(value: unknown): number {
  return typeof value === "string" ? Buffer.byteLength(value) : 0;
}

/**
 * The object that the bytes hold, or the first of a list: Gemini and Vertex wrap their errors in one.
 *
 * @returns `undefined` also for what it would take too long to parse.
 */
export function parseObject(json: Buffer): JsonObject | undefined {
  if (!isWorthParsing(json)) return undefined;
  const value = parseJson(json.toString("utf8"));
  return asObject(Array.isArray(value) ? value[0] : value);
}

/** What is no object is found without an exception, which costs a hundred times as much as an event. */
function isWorthParsing(json: Buffer): boolean {
  const first = json[skipSpace(json, 0)];
  if (first !== OPEN_BRACE && first !== OPEN_BRACKET) return false;
  return json.length <= PARSED_BYTES_MAX || new JsonOutline(PARSED_BOUNDS).read(json) === "whole";
}

/** @returns `undefined` when the text is not JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
