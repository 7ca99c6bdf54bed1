/**
 * Every label of our metrics. A label is allowed only if the number of its values is bounded by
 * our code or by the configuration, never by what clients send.
 */
export type LabelName =
  | "blame"
  | "cache"
  | "check"
  | "code"
  | "decision"
  | "deployment"
  | "endpoint"
  | "error_type"
  | "gen_ai_operation_name"
  | "gen_ai_provider_name"
  | "gen_ai_request_model"
  | "kind"
  | "node"
  | "outcome"
  | "phase"
  | "reason"
  | "result"
  | "side"
  | "source"
  | "version";

/** A value for every label of one metric. An empty value is left out of the exposition. */
export type Labels<Label extends LabelName> = Readonly<Record<Label, string>>;

/** In place of a model, provider or deployment that a request did not get as far as having. */
export const NONE = "none";

/** In place of every label of a label set that came after the budget of its metric was used up. */
export const OTHER = "other";

export interface LabelMeaning {
  readonly means: string;
  readonly boundedBy: string;
}

/** For docs/metrics.md. */
export const LABEL_MEANINGS: Readonly<Record<LabelName, LabelMeaning>> = {
  blame: { means: "who has to act on an error", boundedBy: "client, gateway, upstream" },
  cache: { means: "which cache of the gateway", boundedBy: "a list in the code" },
  check: {
    means:
      "of the store: `file` (it is still at its path), `read` (keys can be looked up), `write` (a change can be made safe), `records` (usage records get there)",
    boundedBy: "these four",
  },
  code: { means: "`error.code` as the client saw it", boundedBy: "the table of errors" },
  deployment: {
    means: "`provider/upstream model`: what was asked in the end",
    boundedBy: "the configuration",
  },
  endpoint: {
    means: "path of our API; `unknown` for all that we do not serve",
    boundedBy: "a list in the code",
  },
  error_type: {
    means: "the outcome when it is not `complete`; absent otherwise",
    boundedBy: "the list of outcomes",
  },
  gen_ai_operation_name: {
    means: "what was asked for: `chat`, `embeddings`, …",
    boundedBy: "a list in the code",
  },
  gen_ai_provider_name: {
    means: "name of the provider in the configuration",
    boundedBy: "the configuration",
  },
  gen_ai_request_model: {
    means: "public model name; aliases are resolved before they get here",
    boundedBy: "the configuration",
  },
  decision: {
    means:
      "`sampled` (kept whatever happens), `kept` (because of how the request went) or `dropped`",
    boundedBy: "these three",
  },
  kind: {
    means:
      "of a loss: what telemetry gave up; of tokens: `input`, `cached_input`, `output`, `reasoning`; of a collection: what was collected",
    boundedBy: "lists in the code",
  },
  node: { means: "version of Node.js", boundedBy: "one value per process" },
  outcome: { means: "how the request ended", boundedBy: "the list of outcomes" },
  phase: {
    means:
      "`before_upstream`: from the start to the first attempt, without waiting for the client's body; `after_upstream`: from reading the first content of a stream, or the last byte of a whole answer (which is parsed), to having handed it on",
    boundedBy: "these two",
  },
  reason: {
    means: "which bound of the gateway was reached: see `limits` in docs/config.md",
    boundedBy: "a list in the code",
  },
  result: {
    means:
      "of a cache: what the look-up found; of an attempt: `answered`, `abandoned` (we let go of it) or the code of its error",
    boundedBy: "lists in the code",
  },
  side: { means: "`client` or `upstream`", boundedBy: "these two" },
  source: {
    means: "of token counts: `reported` by the provider, `estimated` by us, `none`",
    boundedBy: "these three",
  },
  version: { means: "version of the gateway", boundedBy: "one value per process" },
};
