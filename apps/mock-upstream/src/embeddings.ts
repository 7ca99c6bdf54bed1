/** Embeddings that depend on the input alone. */
import { createHash } from "node:crypto";
import type { JsonObject } from "./completion-request.ts";
import { RequestError } from "./request-error.ts";
import type { Scenario } from "./scenario.ts";

const DIMENSIONS = 8;
/** The largest that OpenAI's models have, rounded up to a power of two. */
const DIMENSIONS_MAX = 4_096;
/** OpenAI's limit. */
const INPUTS_MAX = 2_048;

/** @throws {RequestError} status 400. */
export function toEmbeddings(body: JsonObject, model: string, scenario: Scenario): object {
  const dimensions = parseDimensions(body["dimensions"]);
  const isBase64 = body["encoding_format"] === "base64";
  const data = parseInputs(body["input"]).map((input, index) => {
    const vector = embed(JSON.stringify(input), dimensions);
    const embedding = isBase64 ? Buffer.from(vector.buffer).toString("base64") : [...vector];
    return { object: "embedding", index, embedding };
  });
  const { promptTokens } = scenario;
  const usage = { prompt_tokens: promptTokens, total_tokens: promptTokens };
  return { object: "list", data, model, usage };
}

/** A unit vector made of the bytes of SHA-256 of the text, 32 at a time. */
export function embed(text: string, dimensions: number): Float32Array<ArrayBuffer> {
  const vector = new Float32Array(dimensions);
  for (let from = 0; from < dimensions; from += 32) {
    const digest = createHash("sha256").update(`${from}:${text}`).digest();
    vector.set(
      Array.from(digest.subarray(0, dimensions - from), (byte) => byte / 127.5 - 1),
      from,
    );
  }
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}

/** One text or list of tokens, or a list of them. */
function parseInputs(input: unknown): readonly unknown[] {
  const isOne = typeof input === "string" || (Array.isArray(input) && typeof input[0] === "number");
  const inputs: readonly unknown[] = isOne ? [input] : Array.isArray(input) ? input : [];
  if (inputs.length >= 1 && inputs.length <= INPUTS_MAX) return inputs;
  throw new RequestError(400, `"input" has to be text or a list of 1 to ${INPUTS_MAX}.`, "input");
}

function parseDimensions(value: unknown): number {
  if (value === undefined || value === null) return DIMENSIONS;
  if (typeof value === "number" && Number.isInteger(value)) {
    if (value >= 1 && value <= DIMENSIONS_MAX) return value;
  }
  throw new RequestError(400, `"dimensions": 1 to ${DIMENSIONS_MAX}.`, "dimensions");
}
