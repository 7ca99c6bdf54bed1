/**
 * What an upstream's refusal means for the client.
 */
import type { StreamError } from "@slipstream/contracts/chunk";
import { GatewayError } from "@slipstream/contracts/errors";
import type { ErrorCode } from "@slipstream/contracts/errors";
import type { UpstreamHead } from "@slipstream/contracts/upstream";
import type { RequestBody } from "./request-body.ts";
import { sanitizeMessage } from "./sanitize-message.ts";

interface Meaning {
  readonly code: ErrorCode;
  readonly message: string;
  /** The client needs the upstream's words to mend its request; of other failures they are not its business. */
  readonly isForClient?: boolean;
}

const REJECTED: Meaning = {
  code: "upstream_rejected",
  message: "The model rejected the request as invalid.",
  isForClient: true,
};
const TOO_LONG: Meaning = {
  code: "context_length_exceeded",
  message: "The request is longer than the model's context.",
  isForClient: true,
};
const REFUSED: Meaning = {
  code: "upstream_refused_credentials",
  message: "The model is currently unavailable.",
};

const MEANINGS: Readonly<Record<number, Meaning>> = {
  400: REJECTED,
  401: REFUSED,
  403: REFUSED,
  404: { code: "upstream_model_missing", message: "The model is currently unavailable." },
  408: { code: "upstream_timeout", message: "The model did not answer in time." },
  413: REJECTED,
  415: REJECTED,
  422: REJECTED,
  429: { code: "upstream_rate_limited", message: "The model is receiving too many requests." },
  503: { code: "upstream_overloaded", message: "The model is overloaded." },
  504: { code: "upstream_timeout", message: "The model did not answer in time." },
  529: { code: "upstream_overloaded", message: "The model is overloaded." },
};

const OTHER: Meaning = { code: "upstream_error", message: "The model failed to answer." };

/** OpenAI has a code for it; vLLM and others say it in words. */
const TOO_LONG_WORDS = /context[ _]length|maximum context|context window/i;

/** Characters in which it is looked for. */
const WORDS_MAX = 1000;

/** Longest wait that an upstream can make us pass on: one hour, in seconds. */
const RETRY_AFTER_SECONDS_MAX = 3600;

/** Whose names may be repeated to it. */
type Namer = Pick<RequestBody, "knownNames">;

/**
 * An answer whose status is not 200.
 *
 * @param said What its body says, when it is an error in a form that we know.
 */
export function toStatusFailure(
  head: UpstreamHead,
  said: StreamError | undefined,
  request: Namer,
): GatewayError {
  const options = {
    cause: toCause(`UPSTREAM_STATUS_${head.status}`),
    headers: readRetryAfter(head.headers["retry-after"]),
  };
  return toFailure(MEANINGS[head.status] ?? OTHER, said, options, request);
}

/** An error inside an answer of status 200. */
export function toEventFailure(said: StreamError): GatewayError {
  const cause = toCause(`UPSTREAM_ERROR_EVENT_${said.status ?? "UNKNOWN"}`);
  return toFailure(MEANINGS[said.status ?? 0] ?? OTHER, said, { cause });
}

/** The log writes codes and no words. */
function toCause(code: string): Error {
  return Object.assign(new Error(code), { code });
}

function toFailure(
  meaning: Meaning,
  said: StreamError | undefined,
  options: ConstructorParameters<typeof GatewayError>[2],
  request?: Namer,
): GatewayError {
  const { code, message, isForClient = false } = isTooLong(meaning, said) ? TOO_LONG : meaning;
  const hasWords = isForClient && said !== undefined;
  const words = hasWords ? sanitizeMessage(said.message, request?.knownNames()) : "";
  return new GatewayError(code, words === "" ? message : words, options);
}

function isTooLong(meaning: Meaning, said: StreamError | undefined): boolean {
  if (meaning !== REJECTED || said === undefined) return false;
  return said.code === TOO_LONG.code || TOO_LONG_WORDS.test(said.message.slice(0, WORDS_MAX));
}

/** Whole seconds; a date or nonsense is not passed on. */
function readRetryAfter(value: string | undefined): Readonly<Record<string, string>> {
  if (value === undefined || !/^\d{1,9}$/.test(value)) return {};
  return { "retry-after": String(Math.min(Number(value), RETRY_AFTER_SECONDS_MAX)) };
}
