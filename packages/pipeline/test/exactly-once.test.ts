/**
 * Whatever fails, and whenever the client leaves, a request ends exactly once, every attempt ends,
 * and no exchange with an upstream is left running.
 */
import { GatewayError } from "@slipstream/contracts/errors";
import { OUTCOMES } from "@slipstream/contracts/outcome";
import type { BodySink } from "@slipstream/contracts/upstream";
import type { FakeExchange } from "@slipstream/testkit/fake-upstream";
import fc from "fast-check";
import { expect, test } from "vitest";
import { CHAT_COMPLETIONS } from "../src/inference-endpoints.ts";
import { AUDIO_SPEECH, AUDIO_TRANSCRIPTIONS } from "../src/media-endpoints.ts";
import { FORM_TYPE, toForm } from "./form.ts";
import { USAGE_WAIT_MS } from "../src/request-life.ts";
import { chatBody, PipelineRig, PRINCIPAL } from "./pipeline-rig.ts";

const CHUNK = `data: {"choices":[{"index":0,"delta":{"content":"x"}}]}\n\n`;
const FRAMES = {
  chunk: CHUNK,
  half: CHUNK.slice(0, 30),
  comment: ": ping\n\n",
  finish: `data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n`,
  usage: `data: {"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":9}}\n\n`,
  done: "data: [DONE]\n\n",
  error: `data: {"error":{"message":"boom"}}\n\n`,
  junk: "<html>",
  answer: `{"choices":[{"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":1}}`,
} as const;

const frameNames = Object.keys(FRAMES) as (keyof typeof FRAMES)[];

function rarely<T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  const never = fc.constant(undefined);
  return fc.oneof({ arbitrary: never, weight: 3 }, { arbitrary, weight: 1 });
}

/** How an upstream behaves in one exchange. */
const exchangeScript = fc.record({
  head: fc.constantFrom("unreachable", "silent", "silent", 200, 200, 200, 400, 401, 429, 500, 503),
  contentType: fc.constantFrom("text/event-stream", "application/json", "text/html", "audio/mpeg"),
  readsBody: fc.boolean(),
  frames: fc.array(fc.constantFrom(...frameNames), { maxLength: 6 }),
  last: fc.constantFrom("end", "truncated", "silent"),
});

type ExchangeScript = typeof exchangeScript extends fc.Arbitrary<infer T> ? T : never;

const ENDPOINTS = {
  chat: CHAT_COMPLETIONS,
  speech: AUDIO_SPEECH,
  transcription: AUDIO_TRANSCRIPTIONS,
} as const;

const scenario = fc.record({
  endpoint: fc.constantFrom("chat", "chat", "speech", "transcription"),
  auth: fc.constantFrom("ok", "ok", "ok", "later", "invalid", "down", "bug"),
  body: fc.constantFrom("good", "good", "good", "aliased", "junk", "unknown model", "too large"),
  isStream: fc.boolean(),
  exchanges: fc.array(exchangeScript, { minLength: 4, maxLength: 4 }),
  /** After how many turns of the microtask queue the client hangs up. */
  leavesAfter: rarely(fc.nat(60)),
  keepsUp: fc.boolean(),
  /** Deadlines are looked at after every turn. */
  msPerTurn: fc.constantFrom(0, 0, 20, 100),
  /** After how many turns the gateway ends. */
  endsAfter: rarely(fc.nat(60)),
});

type Scenario = typeof scenario extends fc.Arbitrary<infer T> ? T : never;

async function playExchange(exchange: FakeExchange, script: ExchangeScript): Promise<void> {
  if (script.head === "silent") return;
  if (script.head === "unreachable") {
    exchange.sink.failed(new GatewayError("upstream_unreachable", "no answer"));
    return;
  }
  const { head: status, contentType } = script;
  const headers = { "content-type": contentType };
  if (script.readsBody) {
    await exchange.receive();
    // What is wrong with a body that is sent while it arrives ends the exchange.
    if (exchange.isAborted) return;
  }
  const body = exchange.sink.head({ status: Number(status), headers });
  for (const name of script.frames) {
    await Promise.resolve();
    if (exchange.isAborted) return;
    body.frame(Buffer.from(FRAMES[name]));
  }
  await Promise.resolve();
  if (!exchange.isAborted) endBody(body, script.last);
}

function endBody(body: BodySink, last: ExchangeScript["last"]): void {
  if (last === "end") body.end();
  if (last === "truncated") body.failed(new GatewayError("upstream_truncated", "broke off"));
}

function authenticate(how: Scenario["auth"]): typeof PRINCIPAL | Promise<typeof PRINCIPAL> {
  if (how === "invalid") throw new GatewayError("invalid_api_key", "");
  if (how === "bug") throw new TypeError("undefined is not a function");
  if (how === "down") return Promise.reject(new GatewayError("auth_unavailable", ""));
  return how === "later" ? Promise.resolve(PRINCIPAL) : PRINCIPAL;
}

function toBody(how: Scenario["body"], isStream: boolean): Buffer | Error {
  if (how === "junk") return Buffer.from("{");
  if (how === "too large") return new GatewayError("body_too_large", "");
  if (how === "unknown model") return chatBody({ model: "gpt", stream: isStream });
  return chatBody({ model: how === "aliased" ? "l" : "llama", stream: isStream, input: "hi" });
}

/** The same as a form. What is wrong with the whole of it comes behind its model. */
function toFormFrames(how: Scenario["body"]): readonly (Buffer | Error)[] {
  const names = { aliased: "l", "unknown model": "gpt" } as const;
  const value = how === "aliased" || how === "unknown model" ? names[how] : "llama";
  const form = toForm({ name: "model", value }, { name: "file", value: "sound" });
  const cut = form.indexOf("sound");
  const beginning = [form.subarray(0, 20), form.subarray(20, cut)];
  if (how === "junk") return [...beginning, form];
  if (how === "too large") return [...beginning, new GatewayError("body_too_large", "")];
  return [...beginning, form.subarray(cut)];
}

async function play(input: Scenario): Promise<PipelineRig> {
  const running: Promise<void>[] = [];
  const rig: PipelineRig = new PipelineRig({
    authorization: "Bearer x",
    served: ENDPOINTS[input.endpoint],
    ...(input.endpoint === "transcription"
      ? { frames: toFormFrames(input.body), contentType: FORM_TYPE }
      : { body: toBody(input.body, input.isStream) }),
    authenticate: () => authenticate(input.auth),
    play: (exchange) => {
      const script = input.exchanges[rig.upstream.exchanges.length - 1];
      if (script !== undefined) running.push(playExchange(exchange, script));
    },
  });
  rig.client.keepsUp = input.keepsUp;
  rig.client.pendingBytes = input.keepsUp ? 0 : 1000;
  for (let turn = 0; turn < 60; turn++) {
    if (turn === input.leavesAfter) rig.client.leave();
    if (turn === input.endsAfter) rig.openRequests.failAll();
    rig.clock.advance(input.msPerTurn);
    rig.openRequests.sweep(rig.clock.nowMs());
    await Promise.resolve();
  }
  // Every connection ends one day; by now nothing but silence is left.
  rig.client.leave();
  rig.run(USAGE_WAIT_MS);
  await Promise.all([...running, rig.handled]);
  return rig;
}

test("every request ends exactly once, and so does every attempt", async () => {
  const outcomes = new Set<string>();
  await fc.assert(
    fc.asyncProperty(scenario, async (input) => {
      const rig = await play(input);
      const { types, events } = rig.observer;
      expect(types.filter((type) => type === "request_start")).toHaveLength(1);
      expect(types.filter((type) => type === "request_end")).toHaveLength(1);
      expect(types.at(0)).toBe("request_start");
      expect(types.at(-1)).toBe("request_end");
      const starts = events.flatMap((e) => (e.type === "attempt_start" ? [e.attempt] : []));
      const ends = events.flatMap((e) => (e.type === "attempt_end" ? [e.attempt] : []));
      expect(ends).toEqual(starts);
      expect(types.filter((type) => type === "chunk_first").length).toBeLessThanOrEqual(1);
      const [report] = rig.observer.reports;
      if (report === undefined) throw new Error("no report");
      outcomes.add(report.outcome);
      expect(report.attempts).toBe(starts.length);
      expect(rig.openRequests.count).toBe(0);
      expect(rig.observer.gapsMs).toHaveLength(Math.max(0, (report.stream?.chunks ?? 0) - 1));
      checkHonesty(rig, input.endpoint, report.outcome);
    }),
    { numRuns: 6000 },
  );
  // The scenarios are worth something only if they reach everything.
  expect([...outcomes].toSorted()).toEqual([...OUTCOMES].toSorted());
});

/** What the client saw agrees with what was reported. */
function checkHonesty(rig: PipelineRig, endpoint: Scenario["endpoint"], outcome: string): void {
  const { client } = rig;
  if (outcome === "complete") {
    expect(client.status).toBe(200);
    // A client may leave as soon as it has read the end.
    if (client.ending === "left") expect(client.text).toMatch(/^data: \[DONE\]$/m);
    else expect(client.ending).toBe("ended");
  } else if (client.status === 200 && outcome !== "client_abort") {
    expect(client.ending).toBe("cut");
    if (outcome === "client_too_slow") return;
    const words = /data: \{"error":\{"message":"[^"]+","type":"server_error"/;
    if (endpoint === "chat") expect(client.text).toMatch(words);
    else expect(client.text).not.toMatch(words);
  }
  if (endpoint === "chat" && client.ending === "cut") {
    expect(client.text).not.toMatch(/^data: \[DONE\]$/m);
  }
}

test("the exchange is aborted when the client leaves, at any moment", async () => {
  const silent = fc.record({ frames: fc.nat(4), isHeadSent: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(silent, async ({ frames, isHeadSent }) => {
      const rig = new PipelineRig({
        body: chatBody({ stream: true }),
        play: ({ sink }) => {
          if (!isHeadSent) return;
          const body = sink.head({ status: 200, headers: { "content-type": "text/event-stream" } });
          for (let frame = 0; frame < frames; frame++) body.frame(Buffer.from(CHUNK));
        },
      });
      for (let turn = 0; turn < 20; turn++) await Promise.resolve();
      rig.client.leave();
      await rig.handled;
      expect(rig.upstream.exchanges.map((exchange) => exchange.isAborted)).toEqual([true]);
      expect(rig.observer.reports.map((report) => report.outcome)).toEqual(["client_abort"]);
    }),
  );
});

/** A stream that comes to its finish reason, with a client that leaves somewhere. */
const leaving = fc.record({
  frames: fc.shuffledSubarray([CHUNK, CHUNK, FRAMES.usage, FRAMES.comment, FRAMES.half]),
  behind: fc.shuffledSubarray([FRAMES.usage, FRAMES.comment, FRAMES.done, FRAMES.error]),
  last: fc.constantFrom("end", "truncated", "silent"),
  leavesAfter: fc.nat(12),
  msPerFrame: fc.constantFrom(0, 100, 500),
});

type LeavingScenario = typeof leaving extends fc.Arbitrary<infer T> ? T : never;

async function playLeaving(input: LeavingScenario): Promise<PipelineRig> {
  const rig = new PipelineRig({ body: chatBody({ stream: true }) });
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  const [exchange] = rig.upstream.exchanges;
  if (exchange === undefined) throw new Error("no exchange");
  const headers = { "content-type": "text/event-stream" };
  const body = exchange.sink.head({ status: 200, headers });
  const frames = [CHUNK, ...input.frames, FRAMES.finish, ...input.behind];
  for (const [turn, frame] of frames.entries()) {
    if (turn === input.leavesAfter) rig.client.leave();
    rig.run(input.msPerFrame);
    if (!exchange.isAborted) body.frame(Buffer.from(frame));
  }
  if (!exchange.isAborted) endBody(body, input.last);
  rig.client.leave();
  rig.run(USAGE_WAIT_MS);
  await rig.handled;
  return rig;
}

test("a client may leave anywhere around the finish reason", async () => {
  const ends = new Set<string>();
  await fc.assert(
    fc.asyncProperty(leaving, async (input) => {
      const rig = await playLeaving(input);
      const { reports, types } = rig.observer;
      expect(reports).toHaveLength(1);
      expect(types.filter((type) => type === "attempt_end")).toHaveLength(1);
      expect(types.at(-1)).toBe("request_end");
      expect(rig.openRequests.count).toBe(0);
      const [report] = reports;
      // What was reported, and the chunks that may come behind it.
      expect(report?.settlement?.outputTokens ?? 0).toBeLessThanOrEqual(9 + 3);
      ends.add(`${report?.outcome} ${report?.settlement?.source}`);
    }),
    { numRuns: 2000 },
  );
  expect([...ends]).toEqual(
    expect.arrayContaining([
      "client_abort reported",
      "client_abort estimated",
      "complete reported",
    ]),
  );
});
