/**
 * Turns the events of requests into metrics.
 *
 * What adds up, whatever happened: `request_end` events = requests; `chunk_first` events = times
 * to first token; chunks of all streams − streams with content = gaps. First token and gaps are
 * recorded while a stream runs, so that a slow one is seen before it is over.
 */
import { ERROR_SPECS } from "@slipstream/contracts/errors";
import type {
  AttemptFacts,
  AttemptResult,
  GapRecorder,
  RequestEvent,
  RequestObserver,
  RequestReport,
} from "@slipstream/contracts/request-events";
import * as catalog from "./catalog.ts";
import type { CounterRow, GenAiLabel } from "./catalog.ts";
import type { HistogramChild } from "./fast-histogram.ts";
import type { Instruments } from "./instruments.ts";
import { NONE } from "./labels.ts";
import type { Labels } from "./labels.ts";

type CountedUsage = "inputTokens" | "outputTokens" | "cachedInputTokens" | "reasoningTokens";

const USAGE_ROWS: readonly (readonly [CountedUsage, CounterRow<GenAiLabel>])[] = [
  ["inputTokens", catalog.INPUT_TOKENS],
  ["outputTokens", catalog.OUTPUT_TOKENS],
  ["cachedInputTokens", catalog.CACHE_READ_INPUT_TOKENS],
  ["reasoningTokens", catalog.REASONING_OUTPUT_TOKENS],
];

export class RequestMetrics implements RequestObserver {
  readonly #firstToken;
  readonly #gaps;
  readonly #durations;
  readonly #requests;
  readonly #inflight;
  readonly #errors;
  readonly #attempts;
  readonly #chunks;
  readonly #usage;

  constructor(instruments: Instruments) {
    this.#firstToken = instruments.histogram(catalog.TIME_TO_FIRST_TOKEN);
    this.#gaps = instruments.histogram(catalog.CHUNK_GAP);
    this.#durations = instruments.histogram(catalog.REQUEST_DURATION);
    this.#requests = instruments.counter(catalog.REQUESTS);
    this.#inflight = instruments.gauge(catalog.INFLIGHT_REQUESTS);
    this.#errors = instruments.fixedCounter(catalog.ERRORS);
    this.#attempts = instruments.counter(catalog.UPSTREAM_ATTEMPTS);
    this.#chunks = instruments.counter(catalog.STREAM_CHUNKS);
    this.#usage = USAGE_ROWS.map(([count, row]) => ({ count, counter: instruments.counter(row) }));
    // From 0 on, because a rate does not see the step from nothing to the first error.
    for (const [code, { blame }] of Object.entries(ERROR_SPECS))
      this.#errors.inc({ code, blame }, 0);
  }

  observe(event: RequestEvent): void {
    switch (event.type) {
      case "request_start":
        this.#inflight.inc();
        return;
      case "attempt_start":
        return;
      case "attempt_end":
        this.#recordAttempt(event, event.result);
        return;
      case "chunk_first":
        this.#firstToken.child(toAttemptLabels(event)).observe(event.firstChunkMs / 1_000);
        return;
      case "request_end":
        this.#recordEnd(event.report);
    }
  }

  gapRecorder(attempt: AttemptFacts): GapRecorder {
    return new HistogramGapRecorder(this.#gaps.child(toAttemptLabels(attempt)));
  }

  #recordAttempt(attempt: AttemptFacts, result: AttemptResult): void {
    const { model, deploymentId: deployment } = attempt;
    const resultLabel = result.type === "failed" ? result.code : result.type;
    this.#attempts.child({ gen_ai_request_model: model, deployment, result: resultLabel }).add(1);
  }

  #recordEnd(report: RequestReport): void {
    const { endpoint, outcome, errorCode, stream } = report;
    const model = report.model ?? NONE;
    this.#inflight.dec();
    this.#requests.child({ endpoint, gen_ai_request_model: model, outcome }).add(1);
    if (errorCode !== undefined) {
      this.#errors.inc({ code: errorCode, blame: ERROR_SPECS[errorCode].blame });
    }
    if (stream !== undefined) {
      const deployment = report.deploymentId ?? NONE;
      this.#chunks.child({ gen_ai_request_model: model, deployment }).add(stream.chunks);
    }
    this.#recordInference(report);
  }

  #recordInference(report: RequestReport): void {
    if (report.operation === undefined) return;
    const { outcome, usage } = report;
    const labels: Labels<GenAiLabel> = {
      gen_ai_operation_name: report.operation,
      gen_ai_provider_name: report.provider ?? NONE,
      gen_ai_request_model: report.model ?? NONE,
    };
    const error_type = outcome === "complete" ? "" : outcome;
    this.#durations.child({ ...labels, error_type }).observe(report.durationMs / 1_000);
    for (const { count, counter } of this.#usage) {
      const tokens = usage?.[count];
      if (tokens !== undefined) counter.child(labels).add(tokens);
    }
  }
}

/** Hot. */
class HistogramGapRecorder implements GapRecorder {
  readonly #child: HistogramChild;

  constructor(child: HistogramChild) {
    this.#child = child;
  }

  recordGap(gapMs: number): void {
    this.#child.observe(gapMs / 1_000);
  }
}

function toAttemptLabels(attempt: AttemptFacts): Labels<GenAiLabel | "deployment"> {
  return {
    gen_ai_operation_name: attempt.operation,
    gen_ai_provider_name: attempt.provider,
    gen_ai_request_model: attempt.model,
    deployment: attempt.deploymentId,
  };
}
