/** What an upstream gets is what the client wrote, but for two values. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { postChat, startRig } from "./gateway-rig.ts";
import type { GatewayRig } from "./gateway-rig.ts";
import { plainText, space, textOf, valueText, withSpace } from "./json-text.ts";

const MODEL = "org/chat-1";
const UPSTREAM_MODEL = 'up"stream\\ü';
const RUNS = 500;

let server: Server;
let rig: GatewayRig;
let received: Buffer[] = [];

beforeAll(async () => {
  server = createServer((request, response) => void record(request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const upstreamUrl = `http://127.0.0.1:${port}/v1`;
  rig = await startRig({ [MODEL]: [UPSTREAM_MODEL] }, { upstreamUrl });
});

afterAll(async () => {
  await rig.close();
  server.closeAllConnections();
  server.close();
});

const EVENT = `data: {"choices":[{"index":0,"delta":{"content":"x"},"finish_reason":"stop"}]}\n\n`;
const ANSWER = `{"choices":[{"index":0,"message":{"content":"x"},"finish_reason":"stop"}]}`;

async function record(request: IncomingMessage, response: ServerResponse): Promise<void> {
  received.push(await buffer(request));
  const isStream = request.headers.accept === "text/event-stream";
  response.setHeader("content-type", isStream ? "text/event-stream" : "application/json");
  response.end(isStream ? `${EVENT}data: [DONE]\n\n` : ANSWER);
}

interface Member {
  readonly name: string;
  /** All but the value, in front of it and behind it. */
  readonly before: string;
  readonly after: string;
  /** As the client writes it. */
  readonly value: string;
}

interface Body {
  readonly before: string;
  readonly members: readonly Member[];
  readonly after: string;
}

function member(name: fc.Arbitrary<string>, value: fc.Arbitrary<string>): fc.Arbitrary<Member> {
  const written = name.chain((own) =>
    fc.tuple(fc.constant(own), withSpace(textOf(fc.constant(own)))),
  );
  return fc
    .record({ written, between: space, value, after: space })
    .map(({ written: [own, text], between, value: given, after }) => {
      return { name: own, before: `${text}:${between}`, value: given, after };
    });
}

function named(name: string, value: fc.Arbitrary<string>): fc.Arbitrary<Member> {
  return member(fc.constant(name), value);
}

const message = fc
  .tuple(fc.constantFrom("user", "system", "assistant", "tool"), valueText, space)
  .map(([role, content, gap]) => `{${gap}"content":${content},${gap}"role"${gap}:"${role}"}`);

const messages = fc
  .array(message, { minLength: 1, maxLength: 4 })
  .map((all) => `[${all.join(",")}]`);

const streamOptions = fc.oneof(
  fc.constantFrom("null", "{}", '{ "include_usage" : false }', '{"include_usage":true }'),
  textOf(plainText).map((value) => `{"x": ${value}, "include_usage": null}`),
);

/** What the gateway looks at has rules of its own, and so has what looks like it. */
const KNOWN =
  /^(?:model|messages|prompt|input|query|documents|stream|stream_options|n|best_of|max_tokens|max_completion_tokens|top_logprobs|logprobs|stop|api_base|api_key|base_url|custom_llm_provider|extra_headers|mock_response|models|route|orq|extra_body|provider_?options|user_config|model_list|\w*fallback\w*)$/iu;

const other = member(
  fc.oneof(plainText, fc.constantFrom("__proto__", "temperature", "Temperature", "stream ")),
  valueText,
).filter(({ name }) => !KNOWN.test(name));

const body: fc.Arbitrary<Body> = fc
  .record({
    before: space,
    needed: fc.tuple(named("model", textOf(fc.constant(MODEL))), named("messages", messages)),
    stream: fc.array(named("stream", fc.constantFrom("true", "true", "false", "null")), {
      maxLength: 1,
    }),
    options: fc.array(named("stream_options", streamOptions), { maxLength: 1 }),
    others: fc.uniqueArray(other, { selector: ({ name }) => name, maxLength: 5 }),
    after: space,
  })
  .chain(({ before, needed, stream, options, others, after }) => {
    const all = [...needed, ...stream, ...options, ...others];
    return fc
      .shuffledSubarray(all, { minLength: all.length })
      .map((members) => ({ before, members, after }));
  });

/** @param added Behind the last member. */
function write({ before, members, after }: Body, added = ""): string {
  const texts = members.map((one) => one.before + one.value + one.after);
  return `${before}{${texts.join(",")}${added}}${after}`;
}

/** What is asked of the upstream; `undefined` when the client has asked for it or there is no stream. */
function toOptions({ members }: Body): string | undefined {
  const values = new Map(members.map(({ name, value }) => [name, value]));
  const options = JSON.parse(values.get("stream_options") ?? "null") as object | null;
  const isAsked = options !== null && "include_usage" in options && options.include_usage === true;
  if (values.get("stream") !== "true" || isAsked) return undefined;
  return JSON.stringify({ ...options, include_usage: true });
}

/** Byte for byte. */
function toExpected(sent: Body): string {
  const options = toOptions(sent);
  const edits = new Map([["model", JSON.stringify(UPSTREAM_MODEL)]]);
  if (options !== undefined) edits.set("stream_options", options);
  const members = sent.members.map((own) => ({ ...own, value: edits.get(own.name) ?? own.value }));
  const isThere = members.some(({ name }) => name === "stream_options");
  const isAdded = options !== undefined && !isThere;
  return write({ ...sent, members }, isAdded ? `,"stream_options":${options}` : "");
}

test("the upstream gets the client's bytes, with another model and its usage asked for", async () => {
  await fc.assert(
    fc.asyncProperty(body, async (sent) => {
      received = [];
      const response = await postChat(rig, write(sent));
      expect([response.status, await response.text()]).toEqual([200, expect.anything()]);
      expect(received.map(String)).toEqual([toExpected(sent)]);
      expect(() => JSON.parse(toExpected(sent)) as unknown).not.toThrow();
    }),
    { numRuns: RUNS },
  );
});
