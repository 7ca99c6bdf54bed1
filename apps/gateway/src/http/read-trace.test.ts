import { expect, test } from "vitest";
import { readTrace } from "./read-trace.ts";

const IDS = "4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7";

test.each([
  ["of the version that is known", `00-${IDS}-03`, `00-${IDS}-03`],
  ["of a later one", `cc-${IDS}-01`, `00-${IDS}-01`],
  ["of a later one, not sampled", `cc-${IDS}-02`, `00-${IDS}-00`],
  ["of a later one, with more behind it", `cc-${IDS}-01-${"x".repeat(16_000)}`, `00-${IDS}-01`],
])("a traceparent %s goes on as far as it is known", (_name, traceparent, expected) => {
  expect(readTrace({ traceparent, tracestate: "vendor=1" })).toEqual({
    traceparent: expected,
    tracestate: "vendor=1",
  });
});

test.each([
  [undefined, "vendor=1", {}],
  [`00-${IDS}-01-more`, "vendor=1", {}],
  [`00-${IDS}-01`, "x".repeat(513), { traceparent: `00-${IDS}-01` }],
  [`cc-${IDS}-01`, "\u0000", { traceparent: `00-${IDS}-01` }],
])("of %s and %.20s goes on %j", (traceparent, tracestate, expected) => {
  expect(readTrace({ ...(traceparent === undefined ? {} : { traceparent }), tracestate })).toEqual(
    expected,
  );
});
