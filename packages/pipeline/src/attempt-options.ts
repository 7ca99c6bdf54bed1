/** What an attempt is given, and how it ends. */
import type { Deadlines } from "@slipstream/contracts/deployment";
import type { GatewayError } from "@slipstream/contracts/errors";
import type { AttemptFacts, FailedAttempt } from "@slipstream/contracts/request-events";
import type { UpstreamRequest } from "@slipstream/contracts/upstream";
import type { AnswerForm } from "./inference-endpoint.ts";
import type { RequestBody } from "./request-body.ts";
import type { RequestLife } from "./request-life.ts";
import type { UsagePlan } from "./usage-plan.ts";

export type AttemptEnd =
  | { readonly type: "failed"; readonly error: GatewayError; readonly durationMs: number }
  | { readonly type: "concluded" }
  | { readonly type: "abandoned" };

export interface AttemptOptions {
  readonly life: RequestLife;
  readonly facts: AttemptFacts;
  /** The attempt before this one. */
  readonly retryOf: FailedAttempt | undefined;
  /** Made when the attempt has been announced: it carries its trace. */
  readonly toRequest: () => UpstreamRequest;
  /** The client's, which the request sends. */
  readonly body: RequestBody;
  readonly answer: AnswerForm;
  /** What the client has asked for. */
  readonly isStream: boolean;
  readonly usage: UsagePlan;
  readonly deadlines: Deadlines;
  /** See `Route`. */
  readonly heartbeatMs: number | undefined;
}
