/** Answers that are passed on as they come: sound, text, JSON of any size. */
import { setImmediate } from "node:timers/promises";
import { GatewayError } from "@slipstream/contracts/errors";
import type { BodySink } from "@slipstream/contracts/upstream";
import type { FakeExchange } from "@slipstream/testkit/fake-upstream";
import { expect, test } from "vitest";
import { AUDIO_SPEECH, AUDIO_TRANSCRIPTIONS, IMAGES_EDITS } from "../src/media-endpoints.ts";
import { FORM_TYPE, toForm } from "./form.ts";
import { PipelineRig } from "./pipeline-rig.ts";

const SOUND = Buffer.from([0xff, 0xfb, 0x00, 0x0a]);
const MP3 = { "content-type": "audio/mpeg" };

/** Asks for speech; the test plays the upstream by hand. */
class SpeechRig extends PipelineRig {
  constructor(play?: (exchange: FakeExchange) => void) {
    super({
      served: AUDIO_SPEECH,
      body: Buffer.from(JSON.stringify({ model: "llama", input: "hello", voice: "alloy" })),
      ...(play === undefined ? {} : { play }),
    });
  }

  async answer(headers: Readonly<Record<string, string>> = MP3): Promise<BodySink> {
    await setImmediate();
    const exchange = this.upstream.exchanges.at(-1);
    if (exchange === undefined) throw new Error("no exchange");
    return exchange.sink.head({ status: 200, headers });
  }

  async pass(ms: number): Promise<void> {
    this.run(ms);
    await setImmediate();
  }
}

test("speech goes on frame by frame, and has no first token", async () => {
  const rig = new SpeechRig();
  const body = await rig.answer({ ...MP3, "content-length": "8", "x-secret": "1" });
  expect(rig.client.status).toBe(undefined);
  body.frame(SOUND);
  expect(rig.client.headers).toEqual({
    "content-type": "audio/mpeg",
    "content-length": "8",
    "cache-control": "no-cache",
    "x-accel-buffering": "no",
  });
  expect(rig.client.bytes).toEqual(SOUND);
  // Nothing, at the border of two packets.
  body.frame(Buffer.alloc(0));
  body.frame(SOUND);
  body.end();
  await rig.handled;
  expect(rig.client.ending).toBe("ended");
  expect(rig.observer.types).not.toContain("chunk_first");
  expect(rig.observer.reports).toMatchObject([
    { outcome: "complete", operation: "speech", isStream: false, stream: undefined },
  ]);
});

test("speech that breaks off is cut, without a word in it", async () => {
  const rig = new SpeechRig();
  const body = await rig.answer();
  body.frame(SOUND);
  body.failed(new GatewayError("upstream_truncated", "The model's answer broke off."));
  await rig.handled;
  expect(rig.client.bytes).toEqual(SOUND);
  expect(rig.client.ending).toBe("cut");
  expect(rig.observer.reports).toMatchObject([
    { outcome: "upstream_truncated", errorCode: "upstream_truncated", status: 200 },
  ]);
});

test("speech that breaks off before its first byte comes from another deployment", async () => {
  const rig = new SpeechRig();
  (await rig.answer()).failed(new GatewayError("upstream_truncated", ""));
  const body = await rig.answer();
  body.frame(SOUND);
  body.end();
  await rig.handled;
  expect(rig.observer.reports).toMatchObject([{ outcome: "complete", attempts: 2 }]);
});

test("silence ends speech, but not while a slow client holds it back", async () => {
  const rig = new SpeechRig();
  const body = await rig.answer();
  rig.client.keepsUp = false;
  body.frame(SOUND);
  expect(rig.upstream.exchanges[0]?.isPaused).toBe(true);
  await rig.pass(600);
  expect(rig.client.ending).toBe("none");
  rig.client.drain();
  expect(rig.upstream.exchanges[0]?.isPaused).toBe(false);
  await rig.pass(499);
  expect(rig.client.ending).toBe("none");
  await rig.pass(1);
  expect(rig.client.ending).toBe("cut");
  expect(rig.observer.reports).toMatchObject([{ outcome: "stall_timeout" }]);
});

test.each(["text/html", "application/json", "audio/mpeg\u0000", "audio/mpegurl, text/html", ""])(
  "%j is no speech",
  async (contentType) => {
    const rig = new SpeechRig(({ sink }) => {
      const body = sink.head({ status: 200, headers: { "content-type": contentType } });
      body.frame(Buffer.from("sorry"));
      body.end();
    });
    await rig.handled;
    expect(rig.client.status).toBe(502);
    expect(rig.observer.reports).toMatchObject([
      { errorCode: "upstream_invalid_response", attempts: 3 },
    ]);
  },
);

interface Answer {
  readonly contentType: string;
  readonly body: string | Buffer;
}

async function transcribe(
  { contentType, body }: Answer,
  served = AUDIO_TRANSCRIPTIONS,
): Promise<PipelineRig> {
  const rig = new PipelineRig({
    served,
    contentType: FORM_TYPE,
    body: toForm({ name: "model", value: "llama" }),
    play: ({ sink }) => {
      const sent = sink.head({ status: 200, headers: { "content-type": contentType } });
      sent.frame(Buffer.from(body));
      sent.end();
    },
  });
  await rig.handled;
  return rig;
}

test("JSON that is small is read and passed on as it is", async () => {
  const body = `{"text":"hi", "usage":{"type":"tokens","input_tokens":14,"output_tokens":3}}`;
  const rig = await transcribe({ contentType: "application/json; charset=utf-8", body });
  expect(rig.client.text).toBe(body);
  expect(rig.client.headers["content-type"]).toBe("application/json; charset=utf-8");
  expect(rig.observer.reports).toMatchObject([
    { outcome: "complete", usage: { inputTokens: 14, outputTokens: 3 } },
  ]);
});

test("JSON that is too large to be held is passed on unread", async () => {
  const picture = `{"data":[{"b64_json":"${"A".repeat(9 * 1024 * 1024)}"}]}`;
  const answer = { contentType: "application/json", body: picture };
  const rig = await transcribe(answer, IMAGES_EDITS);
  expect(rig.client.text === picture).toBe(true);
  expect(rig.observer.reports).toMatchObject([{ outcome: "complete", usage: undefined }]);
});

test("an error in an answer of status 200 is one", async () => {
  const body = `{"error":{"message":"boom","code":"503"}}`;
  const rig = await transcribe({ contentType: "application/json", body });
  expect(rig.client.status).toBe(503);
  expect(rig.observer.reports).toMatchObject([{ errorCode: "upstream_overloaded", attempts: 3 }]);
});

test.each([
  ["text/vtt; charset=utf-8", "WEBVTT\n", false],
  ["text/plain", "1\n00:00:00,000", false],
  ["text/event-stream", `data: {"type":"transcript.text.delta","delta":"hi"}\n\n`, true],
])("%s is passed on byte by byte", async (contentType, body, isStream) => {
  const rig = await transcribe({ contentType, body });
  expect([rig.client.text, rig.client.headers["content-type"]]).toEqual([body, contentType]);
  expect(rig.observer.reports).toMatchObject([{ outcome: "complete", isStream }]);
});
