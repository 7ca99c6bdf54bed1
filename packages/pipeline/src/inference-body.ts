/**
 * The one look at a JSON body: what we act on is read, all else stays as the client wrote it.
 */
import { GatewayError } from "@slipstream/contracts/errors";
import { checkBody, isJsonObject, unsupportedMediaType } from "./body-rules.ts";
import type { JsonBody } from "./body-rules.ts";
import { toInvalid } from "./field-names.ts";
import { editMembers, findMembers } from "./json-members.ts";
import type { Span } from "./json-members.ts";
import { checkLongStrings, invalidJson, leaveOut } from "./long-strings.ts";
import { checkStructure, checkStructureInTurns } from "./json-structure.ts";
import type { NextTurn } from "./json-structure.ts";

export interface InferenceBody {
  /** As the client names it. */
  readonly model: string;
  readonly isStream: boolean;
  /** How many answers to one question are asked for. */
  readonly choices: number;
  /** What the client asked for with `stream_options`. */
  readonly streamOptions: JsonBody;
  /** As the client sent them. */
  readonly bytes: Buffer;
  /** Where its members stand in `bytes`. */
  readonly members: ReadonlyMap<string, Span>;
}

/** Strict about UTF-8; keeps a byte order mark, which JSON.parse then refuses. */
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

const JSON_TYPE = /^application\/(?:[\w.+-]+\+)?json$/i;

/**
 * @param contentType As the client sent it; parameters such as `charset` are not looked at.
 * @param check What this endpoint wants beside the rules for all.
 * @throws {GatewayError} `unsupported_media_type`, `invalid_json` or `invalid_request`.
 */
export function parseInferenceBody(
  bytes: Buffer,
  contentType: string | undefined,
  check: (body: JsonBody) => void,
): InferenceBody {
  requireJsonType(contentType);
  checkStructure(bytes);
  return toInferenceBody(bytes, parseObject(bytes), check);
}

/** Bytes; below, parsing takes no longer than a turn of the event loop may. */
const LARGE_BYTES_MIN = 1024 * 1024;

/**
 * As above, but a large body does not keep others waiting. What is left for one turn is to parse it without
 * its long strings.
 */
export async function parseInTurns(
  bytes: Buffer,
  contentType: string | undefined,
  check: (body: JsonBody) => void,
  nextTurn: NextTurn,
): Promise<InferenceBody> {
  if (bytes.length < LARGE_BYTES_MIN) return parseInferenceBody(bytes, contentType, check);
  requireJsonType(contentType);
  const strings = await checkStructureInTurns(bytes, nextTurn);
  await checkLongStrings(bytes, strings, nextTurn);
  const parsed = parseObject(leaveOut(bytes, strings));
  await nextTurn();
  return toInferenceBody(bytes, parsed, check);
}

/** @param parsed The same, maybe without its long strings. */
function toInferenceBody(
  bytes: Buffer,
  parsed: JsonBody,
  check: (body: JsonBody) => void,
): InferenceBody {
  const members = findMembers(bytes);
  const body = hasNames(parsed, members) ? parsed : readMembers(bytes, members);
  const { model } = body;
  if (typeof model !== "string" || model === "") {
    throw toInvalid("model", "`model` must name a model.");
  }
  checkBody(body);
  check(body);
  const { stream, n, stream_options: streamOptions } = body;
  return {
    model,
    isStream: stream === true,
    choices: typeof n === "number" ? n : 1,
    streamOptions: isJsonObject(streamOptions) ? streamOptions : {},
    bytes,
    members,
  };
}

/** How the upstream's body differs from the client's. */
export interface BodyEdits {
  readonly model: string;
  /** Added to the client's own; those that are there already win nothing and lose nothing. */
  readonly streamOptions: JsonBody;
}

/** The body for the upstream; the client's own bytes when nothing differs. */
export function editBody(body: InferenceBody, edits: BodyEdits): Buffer {
  const values = new Map<string, string>();
  if (edits.model !== body.model) values.set("model", JSON.stringify(edits.model));
  const streamOptions = { ...body.streamOptions, ...edits.streamOptions };
  const isAsked = Object.entries(edits.streamOptions).every(
    ([name, value]) => body.streamOptions[name] === value,
  );
  if (!isAsked) values.set("stream_options", JSON.stringify(streamOptions));
  return values.size === 0 ? body.bytes : editMembers(body.bytes, body.members, values);
}

/** Not an address or a key, which a client could guess at. */
export function isPlainName(name: string): boolean {
  return /^[A-Za-z_]\w{0,63}$/.test(name);
}

function requireJsonType(contentType: string | undefined): void {
  const mediaType = contentType?.split(";", 1)[0]?.trim() ?? "";
  if (!JSON_TYPE.test(mediaType)) throw unsupportedMediaType();
}

function parseObject(bytes: Buffer): JsonBody {
  const value = parseJson(bytes);
  if (isJsonObject(value)) return value;
  throw new GatewayError("invalid_json", "The request body must be a JSON object.");
}

/**
 * Whether JSON.parse has read each name right. V8 has a defect, 14.6 still: a name that is written with
 * escapes may be read as another one, if that begins with the same bytes and stood in this place in an
 * object before. A client could make a field look like another one to us and not to the upstream.
 */
function hasNames(body: JsonBody, members: ReadonlyMap<string, Span>): boolean {
  for (const name of members.keys()) if (!Object.hasOwn(body, name)) return false;
  return true;
}

function readMembers(bytes: Buffer, members: ReadonlyMap<string, Span>): JsonBody {
  const entries = Array.from(members, ([name, { start, end }]) => {
    return [name, JSON.parse(bytes.toString("utf8", start, end)) as unknown] as const;
  });
  return Object.fromEntries(entries);
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(decoder.decode(bytes)) as unknown;
  } catch {
    throw invalidJson();
  }
}
