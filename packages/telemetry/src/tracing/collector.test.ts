import { pino } from "pino";
import { afterEach, expect, test, vi } from "vitest";
import type { Loss } from "../losses.ts";
import { startCollector } from "./collector.ts";
import type { PlannedSpan } from "./span-plan.ts";

afterEach(() => {
  vi.unstubAllEnvs();
});

const SPAN: PlannedSpan = {
  name: "POST /v1/chat/completions",
  kind: "server",
  traceId: "4bf92f3577b34da6a3ce929d0e0e4736",
  spanId: "00f067aa0ba902b7",
  parentSpanId: undefined,
  startEpochMs: 1_700_000_000_000,
  endEpochMs: 1_700_000_000_001,
  attributes: {},
  isError: false,
};

test("where the SDK's own variable turns it off no span is taken, and each is counted", async () => {
  vi.stubEnv("OTEL_SDK_DISABLED", "true");
  const losses: Loss[] = [];
  const collector = startCollector({
    endpoint: "http://127.0.0.1:9",
    headers: {},
    version: "0.0.0",
    instanceId: "one",
    recordLoss: (loss) => losses.push(loss),
    logger: pino({ level: "silent" }),
  });
  expect(collector.add([SPAN, SPAN], "whole")).toBe(false);
  expect(losses).toEqual(["span", "span"]);
  await collector.close();
});
