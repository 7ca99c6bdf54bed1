/**
 * What our own code costs per streamed event: scan, meter and relay, without sockets.
 *
 * Question: does metering every event fit beside moving it? Budget: 300 ns per event for scan and meter.
 * Each iteration is one whole stream of 200 tokens, so the parsing of its first and last events is in.
 * Run: node bench/micro/stream-relay.bench.ts
 */
import type { ClientResponse } from "@slipstream/contracts/client";
import { readChunk } from "@slipstream/dialects/openai-chat/read-chunk";
import { CHAT_STREAM } from "@slipstream/dialects/stream-dialects";
import { StreamMeter } from "@slipstream/streaming-core/stream-meter";
import type { UsageView } from "@slipstream/streaming-core/stream-meter";
import { StreamRelay } from "@slipstream/streaming-core/stream-relay";
import { Bench } from "tinybench";

const TOKENS = 200;
const BUDGET_NS = 300;

const choice = (delta: string, finishReason: string): string =>
  `data: {"id":"chatcmpl-bench000","object":"chat.completion.chunk","created":1700000000,"model":"bench-model","choices":[{"index":0,"delta":${delta},"finish_reason":${finishReason}}]}\n\n`;

/** One event per frame, as an inference server sends them. */
const FRAMES: readonly Buffer[] = [
  choice(`{"role":"assistant","content":""}`, "null"),
  ...Array.from({ length: TOKENS }, (_, index) => choice(`{"content":"token_${index}"}`, "null")),
  choice("{}", `"stop"`),
  "data: [DONE]\n\n",
].map((text) => Buffer.from(text));

/** The same bytes as a busy network delivers them: many events in one frame, cut anywhere. */
const PACKED: readonly Buffer[] = cutEvery(Buffer.concat(FRAMES), 4096);

function cutEvery(bytes: Buffer, size: number): Buffer[] {
  const count = Math.ceil(bytes.length / size);
  return Array.from({ length: count }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size),
  );
}

const client: ClientResponse = {
  listen: () => undefined,
  start: () => undefined,
  write: () => true,
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
  ended: (): void => undefined,
};
const recorder = { recordGap: (): void => undefined, recordDelay: (): void => undefined };
const frozenClock = { nowMs: (): number => 0 };
const realClock = { nowMs: (): number => performance.now() };

function relayStream(
  frames: readonly Buffer[],
  clock: typeof frozenClock,
  usageView: UsageView = "everything",
): void {
  const dialect = CHAT_STREAM;
  const usage = { view: usageView, isContinuous: false };
  const meter = new StreamMeter({ dialect, usage, choices: 1, recorder, startMs: 0 });
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
  for (const frame of frames) relay.frame(frame);
  relay.end();
  if (meter.chunks !== TOKENS) throw new Error(`metered ${meter.chunks} chunks of ${TOKENS}`);
}

function parseEveryEvent(): void {
  let chunks = 0;
  for (const frame of FRAMES) {
    const facts = readChunk(frame.subarray("data: ".length, -2));
    if (facts.type === "chunk" && facts.hasContent) chunks++;
  }
  if (chunks !== TOKENS) throw new Error(`parsed ${chunks} chunks of ${TOKENS}`);
}

const bench = new Bench({ time: 1000, warmupTime: 300 });
bench
  .add("relay, one event per frame", () => relayStream(FRAMES, frozenClock))
  .add("relay, one event per frame, real clock", () => relayStream(FRAMES, realClock))
  .add("relay, usage not for the client", () => relayStream(FRAMES, frozenClock, "nothing"))
  .add("relay, 4 KiB frames", () => relayStream(PACKED, frozenClock))
  .add("for comparison: parse every event", parseEveryEvent);
await bench.run();

console.table(
  bench.tasks.map(({ name, result }) => {
    if (result.state !== "completed") throw new Error(`${name}: ${result.state}`);
    const nsPerEvent = (result.latency.p50 * 1e6) / FRAMES.length;
    return {
      name,
      "µs per stream": Number((result.latency.p50 * 1e3).toFixed(1)),
      "ns per event": Math.round(nsPerEvent),
      budget: name.startsWith("relay") ? (nsPerEvent <= BUDGET_NS ? "met" : "MISSED") : "",
    };
  }),
);
