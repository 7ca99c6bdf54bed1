import type { ErrorCode } from "@slipstream/contracts/errors";
import type { RequestReport } from "@slipstream/contracts/request-events";
import fc from "fast-check";
import { expect, test } from "vitest";
import { ATTEMPT, REJECTED, REPORT, START, STREAM } from "../../test/plain-events.ts";
import { createTracer, START_EPOCH_MS, tell } from "../../test/tracer-bench.ts";
import { ASKED_TRACES_PER_SECOND } from "./asked-traces.ts";

const THEIRS = {
  traceId: "4bf92f3577b34da6a3ce929d0e0e4736",
  spanId: "00f067aa0ba902b7",
};

test("a request that went over to another attempt is a tree of four spans", () => {
  const bench = createTracer(1);
  tell(bench, { failures: ["upstream_overloaded"] });
  const [server, inference, first, second, ...more] = bench.traces[0] ?? [];
  expect(more).toEqual([]);
  expect(server).toMatchObject({
    name: "POST /v1/chat/completions",
    kind: "server",
    parentSpanId: undefined,
    startEpochMs: START_EPOCH_MS,
    endEpochMs: START_EPOCH_MS + 22,
    isError: false,
  });
  expect(inference).toMatchObject({
    name: "chat llama",
    kind: "client",
    parentSpanId: server?.spanId,
    startEpochMs: START_EPOCH_MS + 2,
    endEpochMs: START_EPOCH_MS + 22,
    isError: false,
  });
  expect(first).toMatchObject({
    name: "POST /api/chat/completions",
    kind: "client",
    parentSpanId: inference?.spanId,
    startEpochMs: START_EPOCH_MS + 2,
    endEpochMs: START_EPOCH_MS + 12,
    isError: true,
  });
  expect(second).toMatchObject({
    parentSpanId: inference?.spanId,
    startEpochMs: START_EPOCH_MS + 12,
    isError: false,
  });
  const traceIds = new Set(bench.traces[0]?.map(({ traceId }) => traceId));
  expect(traceIds.size).toBe(1);
});

test("spans say what the conventions name", () => {
  const bench = createTracer(1);
  tell(bench, { failures: ["upstream_overloaded"] });
  const [server, inference, first, second] = bench.traces[0] ?? [];
  expect(server?.attributes).toMatchObject({
    "http.request.method": "POST",
    "http.route": "/v1/chat/completions",
    "http.response.status_code": 200,
    "slipstream.outcome": "complete",
    "slipstream.kept_for": "sampled",
    "slipstream.time_before_upstream": 0.0002,
    "error.type": undefined,
  });
  expect(inference?.attributes).toEqual({
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "fleet-a",
    "gen_ai.request.model": "llama",
    "gen_ai.request.stream": true,
    "gen_ai.response.finish_reasons": ["stop"],
    "gen_ai.response.time_to_first_chunk": 0.12,
    "gen_ai.usage.input_tokens": 10,
    "gen_ai.usage.output_tokens": 20,
    "gen_ai.usage.cache_read.input_tokens": 5,
    "gen_ai.usage.reasoning.output_tokens": undefined,
    "error.type": undefined,
    "slipstream.stream.chunks": 3,
    "slipstream.stream.longest_gap": 0.04,
    "slipstream.stream.client_blocked": 0,
  });
  expect(first?.attributes).toMatchObject({
    "server.address": "10.0.0.5",
    "server.port": 8000,
    "error.type": "upstream_overloaded",
    "http.request.resend_count": undefined,
    "slipstream.attempt.result": "failed",
    "slipstream.attempt.resends": 1,
    "slipstream.attempt.time_to_head": 0.005,
  });
  expect(second?.attributes).toMatchObject({
    "http.request.resend_count": 1,
    "slipstream.attempt.retry_of": "upstream_overloaded",
    "slipstream.attempt.result": "answered",
    "slipstream.attempt.resends": undefined,
    "error.type": undefined,
  });
});

test.each<[string, Partial<RequestReport>, string[] | undefined]>([
  ["one that told its reason", {}, ["stop"]],
  ["one that died", { finishReason: undefined, errorCode: "stall_timeout" }, ["error"]],
  ["one whose client left", { finishReason: undefined, outcome: "client_abort" }, undefined],
  ["a whole answer without one", { finishReason: undefined, stream: undefined }, undefined],
  ["one whose reason is a text", { finishReason: "I am sorry, but no" }, ["other"]],
])("the finish reason of a stream: %s", (_name, report, reasons) => {
  const bench = createTracer(1);
  tell(bench, { report });
  expect(bench.traces[0]?.[1]?.attributes["gen_ai.response.finish_reasons"]).toEqual(reasons);
});

test("what a client got wrong is no error of its SERVER span", () => {
  const bench = createTracer(1);
  bench.tracer.observe(START);
  bench.tracer.observe({ type: "request_end", report: REJECTED });
  expect(bench.traces[0]).toHaveLength(1);
  expect(bench.traces[0]?.[0]).toMatchObject({
    isError: false,
    attributes: {
      "error.type": undefined,
      "slipstream.error.code": "invalid_api_key",
      "http.response.status_code": 401,
    },
  });
  tell(bench, { report: { outcome: "upstream_error", errorCode: "upstream_error", status: 502 } });
  expect(bench.traces[1]?.[0]).toMatchObject({
    isError: true,
    attributes: { "error.type": "upstream_error" },
  });
});

test.each([
  ["01", 0, "sampled"],
  ["00", 1, "dropped"],
])("the client's decision %s goes before our ratio %d", (flags, ratio, decision) => {
  const bench = createTracer(ratio);
  const traceparent = `00-${THEIRS.traceId}-${THEIRS.spanId}-${flags}`;
  bench.tracer.observe({ ...START, trace: { traceparent } });
  bench.tracer.observe({ type: "attempt_start", retryOf: undefined, ...ATTEMPT });
  const headers = bench.tracer.traceHeaders(ATTEMPT, { traceparent, tracestate: "a=b" });
  expect(headers).toEqual({
    traceparent: expect.stringMatching(
      `^00-${THEIRS.traceId}-(?!${THEIRS.spanId})\\w{16}-${flags}$`,
    ),
    tracestate: "a=b",
  });
  bench.tracer.observe({ type: "request_end", report: REPORT });
  expect(bench.decisions).toEqual([decision]);
  const [server, , attempt] = bench.traces[0] ?? [];
  if (decision === "sampled") {
    expect(server).toMatchObject({ traceId: THEIRS.traceId, parentSpanId: THEIRS.spanId });
    expect(headers["traceparent"]).toContain(attempt?.spanId);
    // It has not ended by itself.
    expect(attempt?.endEpochMs).toBe(START_EPOCH_MS + REPORT.durationMs);
  }
});

const ASKING = { traceparent: `00-${THEIRS.traceId}-${THEIRS.spanId}-01` };

test("a client without a valid key cannot ask for a trace", () => {
  const bench = createTracer(0);
  bench.tracer.observe({ ...START, trace: ASKING });
  bench.tracer.observe({ type: "request_end", report: REJECTED });
  expect([bench.traces, bench.decisions, bench.tracer.openTraces]).toEqual([[], ["dropped"], 0]);
  const { principal } = REPORT;
  bench.tracer.observe({ ...START, trace: ASKING });
  bench.tracer.observe({ type: "request_end", report: { ...REJECTED, principal } });
  expect(bench.decisions).toEqual(["dropped", "sampled"]);
});

test("a failure has the whole queue, also where it is in the sample", () => {
  for (const ratio of [0, 1]) {
    const bench = createTracer(ratio);
    tell(bench, { report: { outcome: "stall_timeout", errorCode: "stall_timeout" } });
    tell(bench, { report: { outcome: "client_abort" } });
    expect([ratio, bench.parts]).toEqual([ratio, ["whole", "half"]]);
  }
});

test("clients can ask for so many traces a second, and failures are kept beside them", () => {
  const bench = createTracer(0);
  const asked = Array.from({ length: 2 * ASKED_TRACES_PER_SECOND }, (_, index) => index + 1);
  for (const requestNumber of asked) {
    bench.tracer.observe({ ...START, requestNumber, trace: ASKING });
    const attempt = { ...ATTEMPT, requestNumber };
    bench.tracer.observe({ type: "attempt_start", retryOf: undefined, ...attempt });
    const isSampled = requestNumber <= ASKED_TRACES_PER_SECOND;
    const flags = bench.tracer.traceHeaders(attempt, ASKING)["traceparent"]?.slice(-2);
    expect([requestNumber, flags]).toEqual([requestNumber, isSampled ? "01" : "00"]);
    bench.tracer.observe({ type: "request_end", report: { ...REPORT, requestNumber } });
  }
  expect(bench.traces).toHaveLength(ASKED_TRACES_PER_SECOND);
  tell(bench, { trace: ASKING, report: { outcome: "stall_timeout", errorCode: "stall_timeout" } });
  expect(bench.decisions.at(-1)).toBe("kept");
  bench.nowMs += 1_000;
  tell(bench, { trace: ASKING });
  expect(bench.decisions.at(-1)).toBe("sampled");
});

test("an exemplar is there for a trace that is kept, until the next request has ended", () => {
  const bench = createTracer(0);
  const dull = tell(bench);
  expect(bench.tracer.exemplarOf(dull)).toBeUndefined();
  const slow = tell(bench, { report: { stream: { ...STREAM, firstChunkMs: 1_000 } } });
  const [server] = bench.traces[0] ?? [];
  expect(bench.tracer.exemplarOf(slow)).toEqual({
    traceId: server?.traceId,
    spanId: server?.spanId,
    atEpochMs: server?.endEpochMs,
  });
  expect(bench.tracer.exemplarOf(dull)).toBeUndefined();
  tell(bench);
  expect(bench.tracer.exemplarOf(slow)).toBeUndefined();
  expect(bench.decisions).toEqual(["dropped", "kept", "dropped"]);
});

test("a trace for which there is no room is none to look at", () => {
  const bench = createTracer(1);
  bench.isFull = true;
  expect(bench.tracer.exemplarOf(tell(bench))).toBeUndefined();
  expect(bench.decisions).toEqual(["dropped"]);
});

test("more requests than the bound go untraced, are counted, and leave nothing behind", () => {
  const bench = createTracer(1, 2);
  const { tracer } = bench;
  for (const requestNumber of [1, 2, 3]) tracer.observe({ ...START, requestNumber });
  expect([tracer.openTraces, bench.losses]).toEqual([2, ["span"]]);
  const third = { ...ATTEMPT, requestNumber: 3 };
  tracer.observe({ type: "attempt_start", retryOf: undefined, ...third });
  const theirs = { traceparent: "theirs" };
  expect(tracer.traceHeaders(third, theirs)).toBe(theirs);
  for (const requestNumber of [1, 2, 3]) {
    tracer.observe({ type: "request_end", report: { ...REPORT, requestNumber } });
  }
  expect(tracer.openTraces).toBe(0);
  expect(bench.decisions).toEqual(["sampled", "sampled", "dropped"]);
  expect(bench.traces).toHaveLength(2);
});

test("whatever happens to requests, each that is kept has one SERVER span and a tree below it", () => {
  const requests = fc.array(
    fc.record({
      failures: fc.array(fc.constantFrom<ErrorCode>("upstream_error", "upstream_overloaded"), {
        maxLength: 2,
      }),
      report: fc.constantFrom<Partial<RequestReport>>(
        {},
        { outcome: "client_abort" },
        { outcome: "stall_timeout", errorCode: "stall_timeout" },
        { outcome: "rejected", errorCode: "invalid_request" },
      ),
      isSampled: fc.option(fc.boolean(), { nil: undefined }),
    }),
  );
  fc.assert(
    fc.property(requests, fc.double({ min: 0, max: 1, noNaN: true }), (all, ratio) => {
      const bench = createTracer(ratio);
      for (const [index, { isSampled, ...told }] of all.entries()) {
        const flags = isSampled === true ? "01" : "00";
        const traceparent = `00-${THEIRS.traceId}-${THEIRS.spanId}-${flags}`;
        const trace = isSampled === undefined ? {} : { traceparent };
        tell(bench, { ...told, trace, requestNumber: index + 1 });
      }
      const kept = bench.decisions.filter((decision) => decision !== "dropped");
      expect(bench.decisions).toHaveLength(all.length);
      expect(bench.traces).toHaveLength(kept.length);
      for (const spans of bench.traces) {
        expect(spans.filter(({ kind }) => kind === "server")).toHaveLength(1);
        const ids = new Set(spans.map(({ spanId }) => spanId));
        expect(ids.size).toBe(spans.length);
        expect(spans.slice(1).every(({ parentSpanId }) => ids.has(parentSpanId ?? ""))).toBe(true);
      }
      expect(bench.tracer.openTraces).toBe(0);
      expect(bench.losses).toEqual([]);
    }),
  );
});
