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
  OwnTime,
  RequestEvent,
  RequestReport,
  StreamRecorder,
  StreamReport,
} from "@slipstream/contracts/request-events";
import { AttemptMetrics } from "./attempt-metrics.ts";
import type { ExemplarSource } from "./exemplar.ts";
import * as requestRows from "./request-rows.ts";
import * as streamRows from "./stream-rows.ts";
import type { RequestSubscriber } from "./fan-out-observer.ts";
import type { HistogramChild } from "./fast-histogram.ts";
import type { Instruments } from "./instruments.ts";
import { NONE } from "./labels.ts";
import { toAttemptLabels, toGenAiLabels } from "./request-labels.ts";
import { StreamMetrics } from "./stream-metrics.ts";
import { UsageMetrics } from "./usage-metrics.ts";

export class RequestMetrics implements RequestSubscriber {
  readonly #attempts: AttemptMetrics;
  readonly #streams: StreamMetrics;
  readonly #usage: UsageMetrics;
  readonly #firstToken;
  readonly #durations;
  readonly #timePerToken;
  readonly #longestGap;
  readonly #requests;
  readonly #streamRequests;
  readonly #inflight;
  readonly #errors;
  readonly #chunks;
  readonly #blocked;
  readonly #beforeUpstream: HistogramChild;
  readonly #afterUpstream: HistogramChild;

  readonly #exemplarOf: ExemplarSource;

  constructor(instruments: Instruments, exemplarOf: ExemplarSource) {
    this.#exemplarOf = exemplarOf;
    this.#firstToken = instruments.histogram(streamRows.TIME_TO_FIRST_TOKEN);
    this.#streams = new StreamMetrics(instruments);
    this.#attempts = new AttemptMetrics(instruments);
    this.#usage = new UsageMetrics(instruments);
    this.#durations = instruments.histogram(requestRows.REQUEST_DURATION);
    this.#timePerToken = instruments.histogram(streamRows.TIME_PER_TOKEN);
    this.#longestGap = instruments.histogram(streamRows.LONGEST_GAP);
    this.#requests = instruments.counter(requestRows.REQUESTS);
    this.#streamRequests = instruments.counter(requestRows.STREAMS);
    this.#inflight = instruments.gauge(requestRows.INFLIGHT_REQUESTS);
    this.#errors = instruments.fixedCounter(requestRows.ERRORS);
    this.#chunks = instruments.counter(streamRows.STREAM_CHUNKS);
    this.#blocked = instruments.counter(streamRows.CLIENT_BLOCKED);
    const overhead = instruments.histogram(streamRows.OVERHEAD);
    this.#beforeUpstream = overhead.child({ phase: "before_upstream" });
    this.#afterUpstream = overhead.child({ phase: "after_upstream" });
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
      case "attempt_end":
        this.#attempts.observe(event);
        return;
      case "chunk_first":
        this.#firstToken.child(toAttemptLabels(event)).observe(event.firstChunkMs / 1_000);
        return;
      case "request_end":
        this.#recordEnd(event.report);
    }
  }

  streamRecorder(attempt: AttemptFacts): StreamRecorder {
    return this.#streams.recorder(attempt);
  }

  #recordEnd(report: RequestReport): void {
    const { endpoint, outcome, errorCode, stream, isMetered } = report;
    const model = { gen_ai_request_model: report.model ?? NONE };
    this.#inflight.dec();
    this.#requests.child({ endpoint, ...model, outcome }).add(1);
    if (isMetered) this.#streamRequests.child({ ...model, outcome }).add(1);
    if (errorCode !== undefined) {
      this.#errors.inc({ code: errorCode, blame: ERROR_SPECS[errorCode].blame });
    }
    if (stream !== undefined) this.#recordStream(report, stream);
    this.#recordInference(report);
    this.#showTrace(report);
    this.#recordOwnTime(report.ownTime);
    this.#usage.recordEnd(report);
  }

  #recordStream(report: RequestReport, { chunks, gapMsMax, blockedMs }: StreamReport): void {
    const model = { gen_ai_request_model: report.model ?? NONE };
    const labels = { ...model, deployment: report.deploymentId ?? NONE };
    this.#chunks.child(labels).add(chunks);
    if (chunks > 1) this.#longestGap.child(labels).observe(gapMsMax / 1_000);
    if (blockedMs > 0) this.#blocked.child(model).add(blockedMs / 1_000);
  }

  #recordInference(report: RequestReport): void {
    const labels = toGenAiLabels(report);
    if (labels === undefined) return;
    const { outcome, durationMs, stream, usage } = report;
    this.#durations
      .child({ ...labels, error_type: toErrorType(report) })
      .observe(durationMs / 1_000);
    const { firstChunkMs } = stream ?? {};
    const tokens = usage?.outputTokens ?? 0;
    if (outcome !== "complete" || firstChunkMs === undefined || tokens < 2) return;
    const seconds = (durationMs - firstChunkMs) / 1_000;
    this.#timePerToken.child(labels).observe(seconds / (tokens - 1));
  }

  /** Marks what was recorded of a request with its trace, if there is one to look at. */
  #showTrace(report: RequestReport): void {
    const exemplar = this.#exemplarOf(report);
    const labels = exemplar === undefined ? undefined : toGenAiLabels(report);
    if (exemplar === undefined || labels === undefined) return;
    const duration = this.#durations.child({ ...labels, error_type: toErrorType(report) });
    duration.setExemplar(report.durationMs / 1_000, exemplar);
    const { deploymentId: deployment, stream } = report;
    if (deployment === undefined || stream?.firstChunkMs === undefined) return;
    const firstToken = this.#firstToken.child({ ...labels, deployment });
    firstToken.setExemplar(stream.firstChunkMs / 1_000, exemplar);
  }

  #recordOwnTime({ beforeUpstreamMs, afterUpstreamMs }: OwnTime): void {
    if (beforeUpstreamMs !== undefined) this.#beforeUpstream.observe(beforeUpstreamMs / 1_000);
    if (afterUpstreamMs !== undefined) this.#afterUpstream.observe(afterUpstreamMs / 1_000);
  }
}

function toErrorType({ outcome }: RequestReport): string {
  return outcome === "complete" ? "" : outcome;
}
