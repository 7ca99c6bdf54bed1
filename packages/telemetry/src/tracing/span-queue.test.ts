import { SpanKind } from "@opentelemetry/api";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { SimpleSpanProcessor } from "@opentelemetry/sdk-trace";
import type { ReadableSpan, SpanExporter } from "@opentelemetry/sdk-trace";
import { expect, test } from "vitest";
import type { Loss } from "../losses.ts";
import type { PlannedSpan } from "./span-plan.ts";
import { SpanQueue } from "./span-queue.ts";

const ORIGIN = {
  resource: resourceFromAttributes({ "service.name": "test" }),
  instrumentationScope: { name: "test" },
};
const SUCCESS = 0;
const FAILED = 1;

/** A queue in front of an exporter that waits until it is told what became of its spans. */
function createQueue(waitingMax: number): {
  readonly queue: SpanQueue;
  readonly losses: Loss[];
  readonly exported: ReadableSpan[];
  readonly settle: (code: number) => void;
} {
  const losses: Loss[] = [];
  const exported: ReadableSpan[] = [];
  const waiting: ((code: number) => void)[] = [];
  const exporter: SpanExporter = {
    export(spans, settled) {
      exported.push(...spans);
      waiting.push((code) => settled({ code }));
    },
    shutdown: () => Promise.resolve(),
  };
  const queue = new SpanQueue(ORIGIN, (loss) => losses.push(loss), waitingMax);
  queue.processor = new SimpleSpanProcessor({ exporter: queue.watch(exporter) });
  return {
    queue,
    losses,
    exported,
    settle: (code) => waiting.splice(0).forEach((settled) => settled(code)),
  };
}

function plan(spanId: string, parentSpanId: string | undefined, isError = false): PlannedSpan {
  return {
    name: `span ${spanId}`,
    kind: parentSpanId === undefined ? "server" : "client",
    traceId: "4bf92f3577b34da6a3ce929d0e0e4736",
    spanId: spanId.repeat(16),
    parentSpanId: parentSpanId?.repeat(16),
    startEpochMs: 1_700_000_000_000.25,
    endEpochMs: 1_700_000_000_001.5,
    attributes: { known: 1, unknown: undefined },
    isError,
  };
}

const TRACE = [plan("a", undefined), plan("b", "a", true), plan("c", "b")];
/** The client has a trace of its own. */
const CONTINUED: PlannedSpan = { ...plan("d", "e"), kind: "server" };

test("spans have the ids, times and parents that were planned", () => {
  const { queue, exported } = createQueue(10);
  expect(queue.add(TRACE, "whole")).toBe(true);
  const seen = exported.map((span) => ({
    traceId: span.spanContext().traceId,
    spanId: span.spanContext().spanId,
    parentSpanId: span.parentSpanContext?.spanId,
    start: span.startTime,
    end: span.endTime,
    duration: span.duration,
    attributes: span.attributes,
    status: span.status,
  }));
  expect(seen).toEqual(
    TRACE.map(({ traceId, spanId, parentSpanId, isError }) => ({
      traceId,
      spanId,
      parentSpanId,
      start: [1_700_000_000, 250_000],
      end: [1_700_000_000, 1_500_000],
      duration: [0, 1_250_000],
      attributes: { known: 1 },
      status: { code: isError ? 2 : 0 },
    })),
  );
});

test("what hangs under the client's own trace says that this is in another process", () => {
  const { queue, exported } = createQueue(10);
  queue.add([...TRACE, CONTINUED], "whole");
  const { SERVER, CLIENT } = SpanKind;
  expect(exported.map(({ kind }) => kind)).toEqual([SERVER, CLIENT, CLIENT, SERVER]);
  const isRemote = exported.map(({ parentSpanContext }) => parentSpanContext?.isRemote);
  expect(isRemote).toEqual([undefined, false, false, true]);
});

test("a trace is taken whole or not at all, and there is room again when spans have left", () => {
  const { queue, losses, exported, settle } = createQueue(7);
  expect([queue.add(TRACE, "whole"), queue.add(TRACE, "whole"), queue.add(TRACE, "whole")]).toEqual(
    [true, true, false],
  );
  expect(losses).toEqual(["span", "span", "span"]);
  expect(exported).toHaveLength(6);
  settle(SUCCESS);
  expect(queue.add(TRACE, "whole")).toBe(true);
  expect(losses).toHaveLength(3);
});

test("the second half of the room is kept for failures", () => {
  const { queue, losses, settle } = createQueue(12);
  const taken = Array.from({ length: 3 }, () => queue.add(TRACE, "half"));
  expect([...taken, queue.add(TRACE, "whole"), queue.add(TRACE, "whole")]).toEqual([
    true,
    true,
    false,
    true,
    true,
  ]);
  expect(losses).toHaveLength(TRACE.length);
  settle(SUCCESS);
  expect(queue.add(TRACE, "half")).toBe(true);
});

test("what did not arrive is counted, and takes no room", () => {
  const { queue, losses, settle } = createQueue(3);
  queue.add(TRACE, "whole");
  settle(FAILED);
  expect(losses).toEqual(["span", "span", "span"]);
  expect(queue.add(TRACE, "whole")).toBe(true);
});

test("before there is a processor, and after the end, nothing is taken", () => {
  const { queue, losses } = createQueue(10);
  queue.processor = undefined;
  expect(queue.add(TRACE, "whole")).toBe(false);
  expect(losses).toHaveLength(3);
});
