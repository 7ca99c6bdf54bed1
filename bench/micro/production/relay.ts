/** The gateway's own relays, between an upstream and a client that are made of nothing. */
import type { StreamRecorder } from "@slipstream/contracts/request-events";
import { CHAT_STREAM } from "@slipstream/dialects/stream-dialects";
import { ByteRelay } from "@slipstream/pipeline/byte-relay";
import { StreamMeter } from "@slipstream/streaming-core/stream-meter";
import type { UsageView } from "@slipstream/streaming-core/stream-meter";
import { StreamRelay } from "@slipstream/streaming-core/stream-relay";
import { FanOutObserver } from "@slipstream/telemetry/fan-out-observer";
import { createMetrics } from "@slipstream/telemetry/metrics";
import { EVENTS, TOKENS } from "../fixtures/payloads.ts";
import { MODEL_NAME } from "../fixtures/names.ts";
import { client, flow, owner } from "./nobody.ts";

const FRAMES: readonly Buffer[] = [...EVENTS, Buffer.from("data: [DONE]\n\n")];
const PACKED: readonly Buffer[] = cutEvery(Buffer.concat(FRAMES), 4096);

function cutEvery(bytes: Buffer, size: number): Buffer[] {
  const count = Math.ceil(bytes.length / size);
  return Array.from({ length: count }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size),
  );
}

const clock = { nowMs: (): number => performance.now() };

const metrics = createMetrics({ version: "bench" });
const observer = new FanOutObserver([metrics], {
  recordLoss: () => undefined,
  subscriberFailed: () => undefined,
  clock,
});
const recorder: StreamRecorder = observer.streamRecorder({
  requestNumber: 1,
  requestId: "bench",
  attempt: 1,
  operation: "chat",
  model: MODEL_NAME,
  provider: "bench",
  deploymentId: `bench/${MODEL_NAME}`,
});

const DATA: Buffer = Buffer.from('{"id":"x","choices":[{"index":0,"delta":{"content":" token"}}]}');

/** One meter for all events, as long as the task runs. */
const longMeter = createMeter();
let longMs = 0;

/** One more content event of a long stream: recognised, counted, its gap and its delay recorded. */
export function meterEvent(): void {
  longMs += 1.5;
  longMeter.stamp(longMs);
  longMeter.event(DATA, 0, DATA.length);
  recorder.recordDelay(0.05);
}

/** @returns the bytes that went out. */
export function relayForwarding(): number {
  client.writtenBytes = 0;
  const byteRelay = new ByteRelay({ client, flow, clock, owner, heldBytesMax: 0 });
  for (const frame of FRAMES) byteRelay.frame(frame);
  byteRelay.end();
  return client.writtenBytes;
}

/** @returns the bytes that went out. */
export function relayMetered(): number {
  return relay(FRAMES, "everything");
}

/** Usage is asked for by us alone: looked for in every event, and kept from the client. */
export function relayUsageCut(): number {
  return relay(FRAMES, "nothing");
}

/** Many events in one read, cut anywhere, as a busy network delivers them. */
export function relayPacked(): number {
  return relay(PACKED, "everything");
}

function relay(frames: readonly Buffer[], view: UsageView): number {
  client.writtenBytes = 0;
  const meter = createMeter(view);
  const streamRelay = new StreamRelay({
    client,
    flow,
    meter,
    recorder,
    clock,
    owner,
    startMs: 0,
    doneEvent: CHAT_STREAM.doneEvent,
  });
  for (const frame of frames) streamRelay.frame(frame);
  streamRelay.end();
  // The last event has no content.
  const isRead = meter.chunks === TOKENS - 1 && meter.usage?.outputTokens === TOKENS;
  if (!isRead) throw new Error(`${meter.chunks} chunks, ${meter.usage?.outputTokens} tokens`);
  return client.writtenBytes;
}

function createMeter(view: UsageView = "everything"): StreamMeter {
  const usage = { view, isContinuous: false };
  return new StreamMeter({ dialect: CHAT_STREAM, recorder, startMs: 0, usage, choices: 1 });
}

/** @throws when not every byte goes out, or an event is not what it seems. */
export function verifyRelay(): void {
  const expected = FRAMES.reduce((sum, frame) => sum + frame.length, 0);
  for (const play of [relayForwarding, relayMetered, relayPacked]) {
    const bytes = play();
    if (bytes !== expected) throw new Error(`${play.name}: ${bytes} bytes of ${expected}`);
  }
  if (relayUsageCut() >= expected) throw new Error("the usage was not cut");
  const before = longMeter.chunks;
  meterEvent();
  if (longMeter.chunks !== before + 1) throw new Error("an event without content");
}
