import type { StreamRecorder } from "@slipstream/contracts/request-events";
import { CHAT_STREAM } from "@slipstream/dialects/stream-dialects";
import { FakeClient } from "@slipstream/testkit/fake-client";
import { FakeClock } from "@slipstream/testkit/fake-clock";
import { StreamMeter } from "../src/stream-meter.ts";
import type { UsageView } from "../src/stream-meter.ts";
import { StreamRelay } from "../src/stream-relay.ts";
import type { StreamEnding } from "../src/stream-relay.ts";

/** A relay between a fake client and a test that plays the upstream. */
export class Rig {
  readonly client: FakeClient = new FakeClient();
  readonly clock: FakeClock = new FakeClock();
  readonly gapsMs: number[] = [];
  readonly gapTokens: number[] = [];
  readonly delaysMs: number[] = [];
  readonly told: string[] = [];
  ending: StreamEnding | undefined;
  isPaused = false;
  readonly meter: StreamMeter;
  readonly relay: StreamRelay;

  constructor(usageView: UsageView = "everything", choices = 1, isContinuous = false) {
    const recorder: StreamRecorder = {
      recordGap: (gapMs, tokens) => {
        this.gapsMs.push(gapMs);
        this.gapTokens.push(tokens);
      },
      recordDelay: (delayMs) => this.delaysMs.push(delayMs),
    };
    const dialect = CHAT_STREAM;
    const usage = { view: usageView, isContinuous };
    this.meter = new StreamMeter({ dialect, usage, choices, recorder, startMs: 0 });
    this.relay = new StreamRelay({
      client: this.client,
      clock: this.clock,
      meter: this.meter,
      recorder,
      startMs: 0,
      doneEvent: CHAT_STREAM.doneEvent,
      flow: { pause: () => (this.isPaused = true), resume: () => (this.isPaused = false) },
      owner: {
        commit: () => {
          this.told.push("commit");
          this.client.start(200, {});
        },
        firstChunk: () => this.told.push("firstChunk"),
        ended: (ending) => {
          this.told.push("ended");
          this.ending = ending;
        },
      },
    });
  }

  play(frames: readonly Buffer[]): this {
    for (const frame of frames) this.relay.frame(frame);
    this.relay.end();
    return this;
  }
}

/** Cuts the bytes in front of each of these offsets. */
export function cut(bytes: Buffer, offsets: readonly number[]): Buffer[] {
  const borders = [0, ...offsets.toSorted((a, b) => a - b), bytes.length];
  return borders.slice(1).map((border, index) => bytes.subarray(borders[index], border));
}

export function chunk(content: string): string {
  return `data: {"choices":[{"index":0,"delta":{"content":${JSON.stringify(content)}}}]}\n\n`;
}

export const FINISH = `data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n`;
export const DONE = "data: [DONE]\n\n";
