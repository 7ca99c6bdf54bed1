import fc from "fast-check";
import { expect, test } from "vitest";
import { readRemoteParent, toTraceHeaders } from "./trace-context.ts";
import { TraceIds } from "./trace-ids.ts";

const TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736";
const SPAN_ID = "00f067aa0ba902b7";

test.each([
  ["01", true],
  ["00", false],
  ["03", true],
  ["fe", false],
])("flags %s", (flags, isSampled) => {
  const traceparent = `00-${TRACE_ID}-${SPAN_ID}-${flags}`;
  expect(readRemoteParent({ traceparent })).toEqual({
    traceId: TRACE_ID,
    spanId: SPAN_ID,
    isSampled,
  });
});

test("a later version is read as far as it is known", () => {
  const traceparent = `cc-${TRACE_ID}-${SPAN_ID}-01-what-comes`;
  expect(readRemoteParent({ traceparent })?.traceId).toBe(TRACE_ID);
});

test.each([
  undefined,
  "",
  `ff-${TRACE_ID}-${SPAN_ID}-01`,
  `00-${"0".repeat(32)}-${SPAN_ID}-01`,
  `00-${TRACE_ID}-${"0".repeat(16)}-01`,
  `00-${TRACE_ID.toUpperCase()}-${SPAN_ID}-01`,
  `00-${TRACE_ID}-${SPAN_ID}`,
  `00-${TRACE_ID}-${SPAN_ID}-01-what-comes`,
])("%s is no parent", (traceparent) => {
  expect(readRemoteParent(traceparent === undefined ? {} : { traceparent })).toBeUndefined();
});

test("what we write is read back, and the client's state goes with it", () => {
  const ids = new TraceIds();
  fc.assert(
    fc.property(fc.boolean(), fc.option(fc.string(), { nil: undefined }), (isSampled, state) => {
      const span = { traceId: ids.traceId(), spanId: ids.spanId(), isSampled };
      const headers = toTraceHeaders(
        span,
        state === undefined ? {} : { traceparent: "theirs", tracestate: state },
      );
      expect(readRemoteParent(headers)).toEqual(span);
      expect(headers["tracestate"]).toBe(state);
    }),
  );
});

test("ids are new every time, also where the pool begins again", () => {
  const ids = new TraceIds();
  const all = Array.from({ length: 2_000 }, (_, index) =>
    index % 3 === 0 ? ids.traceId() : ids.spanId(),
  );
  expect(new Set(all).size).toBe(all.length);
  expect(all.every((id) => /^(?:[0-9a-f]{32}|[0-9a-f]{16})$/.test(id))).toBe(true);
});
