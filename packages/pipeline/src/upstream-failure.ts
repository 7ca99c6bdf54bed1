/**
 * What an upstream's refusal means for the client.
 *
 * The upstream's own message is not repeated: it may hold addresses, keys or content of others.
 */
import type { StreamError } from "@slipstream/contracts/chunk";
import { GatewayError } from "@slipstream/contracts/errors";
import type { ErrorCode } from "@slipstream/contracts/errors";
import type { UpstreamHead } from "@slipstream/contracts/upstream";

interface Meaning {
  readonly code: ErrorCode;
  readonly message: string;
}

const REJECTED: Meaning = {
  code: "upstream_rejected",
  message: "The model rejected the request as invalid.",
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
  422: REJECTED,
  429: { code: "upstream_rate_limited", message: "The model is receiving too many requests." },
  503: { code: "upstream_overloaded", message: "The model is overloaded." },
  504: { code: "upstream_timeout", message: "The model did not answer in time." },
};

const OTHER: Meaning = { code: "upstream_error", message: "The model failed to answer." };

/** Longest wait that an upstream can make us pass on: one hour, in seconds. */
const RETRY_AFTER_SECONDS_MAX = 3600;

/** A status other than 2xx. */
export function toStatusFailure(head: UpstreamHead): GatewayError {
  const { code, message } = MEANINGS[head.status] ?? OTHER;
  return new GatewayError(code, message, {
    cause: new Error(`upstream status ${head.status}`),
    headers: readRetryAfter(head.headers["retry-after"]),
  });
}

/** An error that came inside an answer of status 200. */
export function toEventFailure(error: StreamError): GatewayError {
  const { code, message } = MEANINGS[error.status ?? 0] ?? OTHER;
  return new GatewayError(code, message, {
    cause: new Error("upstream reported an error in its answer"),
  });
}

/** Whole seconds; a date or nonsense is not passed on. */
function readRetryAfter(value: string | undefined): Readonly<Record<string, string>> {
  if (value === undefined || !/^\d{1,9}$/.test(value)) return {};
  return { "retry-after": String(Math.min(Number(value), RETRY_AFTER_SECONDS_MAX)) };
}
