/**
 * The one look at a request body: what we act on is read, all else stays as the client wrote it.
 */
import { GatewayError } from "@slipstream/contracts/errors";
import { findMembers } from "./json-members.ts";
import type { Span } from "./json-members.ts";

export interface InferenceBody {
  /** As the client names it. */
  readonly model: string;
  readonly isStream: boolean;
  /** As the client sent them. */
  readonly bytes: Buffer;
  /** Where the value of `model` stands in `bytes`. */
  readonly modelSpan: Span;
}

const JSON_TYPE = /^application\/(?:[\w.+-]+\+)?json$/i;

/**
 * @param contentType As the client sent it; parameters such as `charset` are not looked at.
 * @throws {GatewayError} `unsupported_media_type`, `invalid_json` or `invalid_request`.
 */
export function parseInferenceBody(bytes: Buffer, contentType: string | undefined): InferenceBody {
  requireJsonType(contentType);
  const { model, messages, stream } = parseObject(bytes);
  const modelSpan = findMembers(bytes).get("model");
  if (typeof model !== "string" || model === "" || modelSpan === undefined) {
    throw invalid("model", "`model` must name a model.");
  }
  if (!Array.isArray(messages) || messages.length === 0) {
    throw invalid("messages", "`messages` must be a list of at least one message.");
  }
  return { model, isStream: readStream(stream), bytes, modelSpan };
}

/** Absent and null mean no. */
function readStream(stream: unknown): boolean {
  const isStream = stream ?? false;
  if (typeof isStream === "boolean") return isStream;
  throw invalid("stream", "`stream` must be true or false.");
}

function requireJsonType(contentType: string | undefined): void {
  const mediaType = contentType?.split(";", 1)[0]?.trim() ?? "";
  if (JSON_TYPE.test(mediaType)) return;
  const message = "The request body must be JSON: send `content-type: application/json`.";
  throw new GatewayError("unsupported_media_type", message);
}

/** The same body with another model name; the client's own bytes when the name is the same. */
export function withModel(body: InferenceBody, model: string): Buffer {
  if (model === body.model) return body.bytes;
  const { start, end } = body.modelSpan;
  return Buffer.concat([
    body.bytes.subarray(0, start),
    Buffer.from(JSON.stringify(model)),
    body.bytes.subarray(end),
  ]);
}

interface RawBody {
  readonly model?: unknown;
  readonly messages?: unknown;
  readonly stream?: unknown;
}

function parseObject(bytes: Buffer): RawBody {
  const value = parseJson(bytes);
  if (isObject(value)) return value;
  throw new GatewayError("invalid_json", "The request body must be a JSON object.");
}

function isObject(value: unknown): value is RawBody {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function parseJson(bytes: Buffer): unknown {
  try {
    // Strict about UTF-8 and keeps a byte order mark, which JSON.parse then refuses.
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    return JSON.parse(text) as unknown;
  } catch {
    // The parser's own message repeats what it read.
    throw new GatewayError("invalid_json", "The request body is not valid JSON in UTF-8.");
  }
}

function invalid(param: string, message: string): GatewayError {
  return new GatewayError("invalid_request", message, { param });
}
