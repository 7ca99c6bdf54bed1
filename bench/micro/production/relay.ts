/** The gateway's own relays, between an upstream and a client that are made of nothing. */
import type { ClientResponse } from "@slipstream/contracts/client";
import type { StreamRecorder } from "@slipstream/contracts/request-events";
import { CHAT_STREAM } from "@slipstream/dialects/stream-dialects";
import { ByteRelay } from "@slipstream/pipeline/byte-relay";
import { StreamMeter } from "@slipstream/streaming-core/stream-meter";
import { StreamRelay } from "@slipstream/streaming-core/stream-relay";
import { FanOutObserver } from "@slipstream/telemetry/fan-out-observer";
import { createMetrics } from "@slipstream/telemetry/metrics";
import { EVENTS, TOKENS } from "../fixtures/payloads.ts";
import { MODEL_NAME } from "../fixtures/names.ts";

const DONE = Buffer.from("data: [DONE]\n\n");

let written = 0;
const client: ClientResponse = {
  listen: () => undefined,
  start: () => undefined,
  write: (frame) => {
    written += frame.length;
    return true;
  },
  end: () => undefined,
  send: () => undefined,
  cut: () => undefined,
  destroy: () => undefined,
  pendingBytes: 0,
};
const flow = { pause: (): void => undefined, resume: (): void => undefined };
const owner = {
  commit: (): void => undefined,
  firstChunk: (): void => undefined,
  whole: (): void => undefined,
  ended: (): void => undefined,
};
const clock = { nowMs: (): number => performance.now() };

const metrics = createMetrics({ version: "bench" });
const recorder: StreamRecorder = new FanOutObserver([metrics], () => undefined).streamRecorder({
  requestNumber: 1,
  requestId: "bench",
  attempt: 1,
  operation: "chat",
  model: MODEL_NAME,
  provider: "bench",
  deploymentId: `bench/${MODEL_NAME}`,
});

/** @returns the bytes that went out. */
export function relayForwarding(): number {
  written = 0;
  const relay = new ByteRelay({ client, flow, clock, owner, heldBytesMax: 0 });
  for (const event of EVENTS) relay.frame(event);
  relay.frame(DONE);
  relay.end();
  return written;
}

/** @returns the bytes that went out. */
export function relayMetered(): number {
  written = 0;
  const meter = createMeter();
  const relay = new StreamRelay({
    client,
    flow,
    meter,
    recorder,
    clock,
    owner,
    startMs: 0,
    doneEvent: CHAT_STREAM.doneEvent,
  });
  for (const event of EVENTS) relay.frame(event);
  relay.frame(DONE);
  relay.end();
  // The last event has no content.
  const isRead = meter.chunks === TOKENS - 1 && meter.usage?.outputTokens === TOKENS;
  if (!isRead) throw new Error(`${meter.chunks} chunks, ${meter.usage?.outputTokens} tokens`);
  return written;
}

function createMeter(): StreamMeter {
  const usage = { view: "everything", isContinuous: false } as const;
  return new StreamMeter({ dialect: CHAT_STREAM, recorder, startMs: 0, usage, choices: 1 });
}

/** @throws when not every byte goes out. */
export function verifyRelay(): void {
  const expected = EVENTS.reduce((sum, event) => sum + event.length, DONE.length);
  for (const relay of [relayForwarding, relayMetered]) {
    const bytes = relay();
    if (bytes !== expected) throw new Error(`${relay.name}: ${bytes} bytes of ${expected}`);
  }
}
