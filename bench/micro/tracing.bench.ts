/**
 * What tracing costs per request, without the way to the collector.
 *
 * Question: does a request whose trace is not kept notice that traces are kept at all? Budget: 3 µs for
 * it, beyond making the events, which is done in any case. What the SDK takes for spans that it makes
 * and drops stands beside it.
 * Run: node bench/micro/tracing.bench.ts
 */
import { context, SpanKind, trace } from "@opentelemetry/api";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { AlwaysOnSampler, TracerProvider } from "@opentelemetry/sdk-trace";
import type { Tracer } from "@opentelemetry/api";
import type { RequestEvent, RequestReport } from "@slipstream/contracts/request-events";
import { RequestTracer } from "@slipstream/telemetry/tracing/request-tracer";
import type { Places } from "@slipstream/telemetry/tracing/span-plan";
import { SpanQueue } from "@slipstream/telemetry/tracing/span-queue";
import { Bench } from "tinybench";

const BUDGET_NS = 3_000;

const FACTS = {
  requestId: "6f9c2d0e-8f0b-4c9e-9a52-0d6d1b1f3a77",
  attempt: 1,
  operation: "chat",
  model: "llama",
  provider: "fleet",
  deploymentId: "fleet/llama",
} as const;
const REPORT: Omit<RequestReport, "requestNumber"> = {
  requestId: FACTS.requestId,
  endpoint: "chat_completions",
  operation: "chat",
  model: "llama",
  principal: { keyId: "key", workspaceId: "workspace", organizationId: "organization" },
  provider: "fleet",
  deploymentId: "fleet/llama",
  attempts: 1,
  outcome: "complete",
  errorCode: undefined,
  cause: undefined,
  status: 200,
  durationMs: 1_500,
  isStream: true,
  isMetered: true,
  requestBytes: 100,
  answerBytes: undefined,
  stream: {
    firstChunkMs: 120,
    chunks: 200,
    textBytes: 900,
    unreported: { chunks: 0, textBytes: 0 },
    isWhole: true,
    gapMsMax: 40,
    blockedMs: 0,
  },
  finishReason: "stop",
  usage: {
    inputTokens: 10,
    outputTokens: 200,
    cachedInputTokens: 5,
    reasoningTokens: undefined,
    audioInputTokens: undefined,
    audioOutputTokens: undefined,
    isSuspect: false,
  },
  ownTime: { beforeUpstreamMs: 0.2, afterUpstreamMs: 0.03 },
  settlement: undefined,
};
const TIMING = { sentMs: 1, headMs: 50, firstContentMs: 110 };
const TRACEPARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";
const PLACES: Places = {
  endpoints: new Map([["chat_completions", { method: "POST", path: "/v1/chat/completions" }]]),
  upstreams: new Map([["fleet", { address: "10.0.0.5", port: 8000, basePath: "/v1" }]]),
};

let lastNumber = 0;
/** So that nobody's work is for nothing. */
let sink = 0;

/** The events of one streamed request, in the order of the pipeline. */
function tell(observe: (event: RequestEvent) => void, tracer?: RequestTracer, headers = {}): void {
  const requestNumber = ++lastNumber;
  const facts = { requestNumber, ...FACTS };
  const { requestId } = facts;
  const endpoint = "chat_completions";
  observe({ type: "request_start", requestNumber, requestId, endpoint, trace: headers });
  observe({ type: "attempt_start", retryOf: undefined, ...facts });
  sink += tracer?.traceHeaders(facts, headers)["traceparent"]?.length ?? 0;
  observe({ type: "chunk_first", firstChunkMs: 120, ...facts });
  const result = { type: "answered" } as const;
  observe({ type: "attempt_end", durationMs: 1_400, timing: TIMING, resends: 0, result, ...facts });
  observe({ type: "request_end", report: { requestNumber, ...REPORT } });
}

function createTracer(sampleRatio: number, exportSpans: SpanQueue["add"]): RequestTracer {
  return new RequestTracer(
    { sampleRatio, slowFirstTokenMs: 5_000 },
    {
      clock: { nowMs: () => performance.now() },
      nowEpochMs: Date.now,
      exportSpans,
      recordDecision: () => sink++,
      recordLoss: () => sink++,
      places: PLACES,
    },
  );
}

/** Spans get the form in which the SDK takes them, and go no further. */
function createQueue(): SpanQueue {
  const origin = {
    resource: resourceFromAttributes({ "service.name": "bench" }),
    instrumentationScope: { name: "bench" },
  };
  const created = new SpanQueue(origin, () => undefined, Infinity);
  created.processor = { onEnd: ({ attributes }) => (sink += attributes === undefined ? 0 : 1) };
  return created;
}

/** Three spans of the SDK, made as the request goes on. */
function trackWithSdk(tracer: Tracer): void {
  const server = tracer.startSpan("POST /v1/chat/completions", { kind: SpanKind.SERVER });
  const outer = trace.setSpan(context.active(), server);
  const chat = tracer.startSpan("chat llama", { kind: SpanKind.CLIENT }, outer);
  const inner = trace.setSpan(outer, chat);
  const attempt = tracer.startSpan("POST /v1/chat/completions", { kind: SpanKind.CLIENT }, inner);
  for (const span of [attempt, chat, server]) span.end();
}

const dropping = createTracer(0, () => true);
const queue = createQueue();
const keeping = createTracer(1, (spans, part) => queue.add(spans, part));
const sdk = new TracerProvider({ sampler: new AlwaysOnSampler() }).getTracer("bench");
const continued = { traceparent: TRACEPARENT };

const EVENTS = "the events alone";
const bench = new Bench({ time: 1000, warmupTime: 300 });
bench
  .add(EVENTS, () => tell((event) => (sink += event.type.length)))
  .add("not kept", () => tell((event) => dropping.observe(event), dropping))
  .add("not kept, the client's trace", () =>
    tell((event) => dropping.observe(event), dropping, continued),
  )
  .add("kept", () => tell((event) => keeping.observe(event), keeping))
  .add("for comparison: three empty spans of the SDK", () => trackWithSdk(sdk));
await bench.run();

const nanoseconds = new Map(
  bench.tasks.map(({ name, result }) => {
    if (result.state !== "completed") throw new Error(`${name}: ${result.state}`);
    return [name, result.latency.p50 * 1e6];
  }),
);
console.table(
  Array.from(nanoseconds, ([name, ns]) => {
    const own = ns - (name.startsWith("for") ? 0 : (nanoseconds.get(EVENTS) ?? 0));
    const verdict = own <= BUDGET_NS ? "met" : "MISSED";
    return {
      name,
      "µs per request": Number((own / 1_000).toFixed(2)),
      budget: name.startsWith("not") ? verdict : "",
    };
  }),
);
if (sink === 0) throw new Error("nothing was done");
