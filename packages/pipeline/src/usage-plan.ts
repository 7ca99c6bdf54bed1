/**
 * Which usage an upstream is asked to report in a stream, and what of it the client is to see.
 *
 * We want to know it of every stream; a client sees what it has asked for and nothing else.
 */
import type { StreamDialect } from "@slipstream/contracts/chunk";
import type { Deployment } from "@slipstream/contracts/deployment";
import type { UsageView } from "@slipstream/streaming-core/stream-meter";
import type { JsonBody } from "./body-rules.ts";
import type { RequestBody } from "./request-body.ts";

export interface UsagePlan {
  /** For `stream_options` upstream, beside the client's own. */
  readonly asked: JsonBody;
  readonly view: UsageView;
  /** Every event tells how many tokens there have been. */
  readonly isContinuous: boolean;
}

const UNTOUCHED: UsagePlan = { asked: {}, view: "everything", isContinuous: false };

const ASKED: Readonly<Record<Deployment["streamUsage"], JsonBody>> = {
  off: {},
  last: { include_usage: true },
  // vLLM's: every chunk tells, so that a stream that breaks off is accounted for all the same.
  continuous: { include_usage: true, continuous_usage_stats: true },
};

/** @param stream How the events are read, when there will be a stream. */
export function planUsage(
  body: RequestBody,
  stream: StreamDialect | undefined,
  { streamUsage }: Deployment,
): UsagePlan {
  if (stream?.hasStreamOptions !== true || streamUsage === "off") return UNTOUCHED;
  const asked = ASKED[streamUsage];
  const isContinuous = streamUsage === "continuous";
  const { include_usage: wantsLast, continuous_usage_stats: wantsContinuous } = body.streamOptions;
  if (wantsLast !== true) return { asked, view: "nothing", isContinuous };
  if (wantsContinuous === true) {
    return { asked: ASKED.continuous, view: "everything", isContinuous: true };
  }
  return { asked, view: isContinuous ? "last" : "everything", isContinuous };
}
