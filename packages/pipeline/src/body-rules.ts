/**
 * What a request body may say. Only what we act on, what would let a client reach where it must not, and
 * what no server can mean; everything else is the upstream's to judge.
 */
import { GatewayError } from "@slipstream/contracts/errors";
import { checkChoices, checkFieldName, toInvalid } from "./field-names.ts";

export type JsonBody = Readonly<Record<string, unknown>>;

/** @returns what would be right, when it is not. */
type Check = (value: unknown) => string | undefined;

/** Choices per request: one request must not become a thousand. OpenAI allows 128. */
const CHOICES_MAX = 128;
/** Beyond every model's context. */
const TOKENS_MAX = 10_000_000;
/** OpenAI allows 4, vLLM does not say. */
const STOPS_MAX = 64;
/** OpenAI allows 20. */
const LOGPROBS_MAX = 100;

const CHECKS: Readonly<Record<string, Check>> = {
  n: wholeNumber(1, CHOICES_MAX),
  best_of: wholeNumber(1, CHOICES_MAX),
  max_tokens: wholeNumber(1, TOKENS_MAX),
  max_completion_tokens: wholeNumber(1, TOKENS_MAX),
  top_logprobs: wholeNumber(0, LOGPROBS_MAX),
  logprobs: (value) =>
    typeof value === "boolean" ? undefined : wholeNumber(0, LOGPROBS_MAX)(value),
  stop: (value) =>
    typeof value === "string" || (isTexts(value) && value.length <= STOPS_MAX)
      ? undefined
      : `a text or a list of at most ${STOPS_MAX} texts`,
  stream: (value) => (typeof value === "boolean" ? undefined : "true or false"),
  stream_options: (value) => (isJsonObject(value) ? undefined : "an object"),
};

/**
 * @param body A whole body; a value of null is as good as none.
 * @throws {GatewayError} `invalid_request`, with the field as `param`.
 */
export function checkBody(body: JsonBody): void {
  for (const name of Object.keys(body)) checkFieldName(name);
  checkChoices(body);
  for (const field in CHECKS) {
    const value = body[field];
    if (value === undefined || value === null) continue;
    const expected = CHECKS[field]?.(value);
    if (expected !== undefined) throw toInvalid(field, `\`${field}\` must be ${expected}.`);
  }
}

/** @throws {GatewayError} `invalid_request` unless there are messages, each with a role that exists. */
export function checkMessages({ messages }: JsonBody): void {
  if (!Array.isArray(messages) || messages.length === 0) {
    throw toInvalid("messages", "`messages` must be a list of at least one message.");
  }
  for (let index = 0; index < messages.length; index++) {
    const message: unknown = messages[index];
    if (!isJsonObject(message) || !isRole(message["role"])) {
      const expected = "developer, system, user, assistant, tool or function";
      throw toInvalid(`messages[${index}].role`, `The role of a message must be ${expected}.`);
    }
  }
}

/** @throws {GatewayError} `invalid_request` unless these fields hold a text or a list. */
export function checkInputs(...fields: readonly string[]): (body: JsonBody) => void {
  return (body) => {
    for (const field of fields) {
      const value = body[field];
      const isGiven = typeof value === "string" || (Array.isArray(value) && value.length > 0);
      if (!isGiven) throw toInvalid(field, `\`${field}\` must be a text or a list.`);
    }
  };
}

/** Hot enough for a long conversation: comparisons, no look-up. */
function isRole(role: unknown): boolean {
  return (
    role === "user" ||
    role === "assistant" ||
    role === "tool" ||
    role === "system" ||
    role === "developer" ||
    role === "function"
  );
}

export function isJsonObject(value: unknown): value is JsonBody {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function unsupportedMediaType(): GatewayError {
  const message = "The request body must be JSON: send `content-type: application/json`.";
  return new GatewayError("unsupported_media_type", message);
}

function wholeNumber(min: number, max: number): Check {
  return (value) =>
    typeof value === "number" && Number.isInteger(value) && value >= min && value <= max
      ? undefined
      : `a whole number from ${min} to ${max}`;
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}
