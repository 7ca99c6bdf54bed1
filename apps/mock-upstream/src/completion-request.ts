/** What a request for a completion says that the mock acts on; the rest of it is not read. */
import { RequestError } from "./request-error.ts";

export interface CompletionRequest {
  readonly endpoint: "chat" | "text";
  readonly model: string;
  readonly stream: boolean;
  /** The request's `n`. */
  readonly choices: number;
  readonly usageAsked: "no" | "final" | "continuous";
}

export type JsonObject = Readonly<Record<string, unknown>>;

/** OpenAI's own limit. */
const CHOICES_MAX = 128;
/** The name is in every chunk, and scenarios fit easily. */
const MODEL_CHARS_MAX = 2_000;

/** @throws {RequestError} status 400. */
export function parseJsonObject(body: Buffer): JsonObject {
  const value = parseJson(body);
  if (!isJsonObject(value)) throw new RequestError(400, "The body has to be a JSON object.");
  return value;
}

/** @throws {RequestError} status 400. */
export function parseCompletionRequest(
  endpoint: CompletionRequest["endpoint"],
  body: JsonObject,
): CompletionRequest {
  const options = isJsonObject(body["stream_options"]) ? body["stream_options"] : {};
  const isFinal = options["include_usage"] === true;
  const isContinuous = options["continuous_usage_stats"] === true;
  return {
    endpoint,
    model: parseModel(body),
    stream: body["stream"] === true,
    choices: parseChoices(body["n"]),
    usageAsked: isContinuous ? "continuous" : isFinal ? "final" : "no",
  };
}

/** @throws {RequestError} status 400. */
export function parseModel(body: JsonObject): string {
  const model = body["model"];
  if (typeof model === "string" && model.length <= MODEL_CHARS_MAX) return model;
  throw new RequestError(400, `"model" has to be a string of at most ${MODEL_CHARS_MAX}.`, "model");
}

function parseChoices(n: unknown): number {
  if (n === undefined || n === null) return 1;
  if (typeof n === "number" && Number.isInteger(n) && n >= 1 && n <= CHOICES_MAX) return n;
  throw new RequestError(400, `"n" has to be an integer from 1 to ${CHOICES_MAX}.`, "n");
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    throw new RequestError(400, "The body is not JSON.");
  }
}

function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
