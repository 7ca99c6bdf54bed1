/** How streams end, in good order and in every other way. */
import { GatewayError } from "@slipstream/contracts/errors";
import { RECORDED_FAILURES } from "@slipstream/testkit/recorded-failures";
import { describe, expect, test } from "vitest";
import { chunk, cut, DONE, FINISH, Rig } from "../test/relay-rig.ts";
import { OVERSIZE_BYTES_MAX } from "./sse-scanner.ts";

test.each([
  ["nothing at all", "", ""],
  ["content", chunk("a"), chunk("a")],
  ["half an event", chunk("a") + `data: {"choices":[{"del`, chunk("a")],
])("a good end after %s is a truncation", (_name, sent, received) => {
  const rig = new Rig().play([Buffer.from(sent)]);
  expect(rig.ending).toEqual({ type: "truncated" });
  expect(rig.client.text).toBe(received);
});

test("what breaks off keeps whole events only", () => {
  const rig = new Rig();
  const error = new GatewayError("upstream_truncated", "gone");
  rig.relay.frame(Buffer.from(`${chunk("a")}data: {"choices":[{"del`));
  rig.relay.failed(error);
  expect(rig.client.text).toBe(chunk("a"));
  expect(rig.ending).toEqual({ type: "failed", error });
});

test("what breaks behind the announced end has broken nothing", () => {
  const rig = new Rig();
  rig.relay.frame(Buffer.from(chunk("a") + DONE));
  rig.relay.failed(new GatewayError("upstream_truncated", "gone"));
  expect(rig.ending).toEqual({ type: "complete" });
});

test("an announced end without its empty line counts", () => {
  const rig = new Rig().play([Buffer.from(`${chunk("a")}data: [DONE]`)]);
  expect(rig.ending).toEqual({ type: "complete" });
  expect(rig.client.text).toBe(chunk("a") + DONE);
});

test("what comes behind the announced end is dropped", () => {
  const rig = new Rig();
  rig.relay.frame(Buffer.from(chunk("a") + DONE + chunk("b")));
  rig.relay.frame(Buffer.from(chunk("c")));
  expect(rig.client.text).toBe(chunk("a") + DONE);
  expect(rig.ending).toEqual({ type: "complete" });
  expect(rig.meter.chunks).toBe(1);
});

test.each([FINISH, FINISH.trimEnd()])(
  "a missing [DONE] is added after a finish reason",
  (finish) => {
    const rig = new Rig().play([Buffer.from(chunk("a") + finish)]);
    expect(rig.ending).toEqual({ type: "complete" });
    expect(rig.client.text).toBe(chunk("a") + FINISH + DONE);
  },
);

test("an event that never ends is given up", () => {
  const rig = new Rig();
  const frame = Buffer.alloc(1024 * 1024, "x");
  rig.relay.frame(Buffer.from(chunk("a") + "data: "));
  for (let sent = 0; sent <= OVERSIZE_BYTES_MAX; sent += frame.length) rig.relay.frame(frame);
  expect(rig.ending).toMatchObject({
    type: "failed",
    error: { code: "upstream_invalid_response" },
  });
  expect(rig.client.text.endsWith("x\n\n")).toBe(true);
});

function withUsage(event: string, usage: string): string {
  return event.replace(/\}\n\n$/, `,"usage":${usage}}\n\n`);
}

describe("usage that the client did not ask for", () => {
  const TOTAL = `{"prompt_tokens":1,"completion_tokens":2}`;
  const last = `data: {"choices":[],"usage":${TOTAL}}\n\n`;
  const plain = chunk("a") + chunk("b") + FINISH;
  const reported =
    withUsage(chunk("a"), "null") + withUsage(chunk("b"), TOTAL) + withUsage(FINISH, TOTAL) + last;

  test.each([
    ["nothing", plain + DONE],
    ["last", plain + last + DONE],
    ["everything", reported + DONE],
  ] as const)("is left out: the client sees %s", (view, seen) => {
    const bytes = Buffer.from(reported + DONE);
    for (let offset = 0; offset < bytes.length; offset++) {
      const rig = new Rig(view).play(cut(bytes, [offset]));
      expect(rig.client.text).toBe(seen);
      expect(rig.meter.usage).toMatchObject({ inputTokens: 1, outputTokens: 2 });
      expect(rig.meter.chunks).toBe(2);
    }
  });
});

test("bare lines of JSON become events, wherever they are cut", () => {
  const lines = [chunk("a"), chunk("b"), FINISH].map((event) => event.slice("data: ".length, -2));
  for (const lineEnd of ["\n", "\r\n"]) {
    const bytes = Buffer.from(lines.join(lineEnd));
    for (let offset = 1; offset < bytes.length; offset++) {
      const rig = new Rig().play(cut(bytes, [offset]));
      expect(rig.client.text).toBe(chunk("a") + chunk("b") + FINISH + DONE);
      expect(rig.ending).toEqual({ type: "complete" });
    }
  }
});

test("an error that comes as bare JSON is not committed", () => {
  const rig = new Rig().play([Buffer.from(`{"error":{"message":"no","code":429}}`)]);
  expect(rig.told).toEqual(["ended"]);
  expect(rig.ending).toMatchObject({ type: "error_event", error: { status: 429 } });
});

test("an upstream that sends byte by byte costs no more than its bytes", () => {
  const startMs = performance.now();
  for (const prefix of ["data: ", "{"]) {
    const rig = new Rig();
    rig.relay.frame(Buffer.from(prefix));
    for (let sent = 0; sent < 300_000; sent++) rig.relay.frame(Buffer.from("x"));
  }
  // Joining at every byte would take minutes.
  expect(performance.now() - startMs).toBeLessThan(10_000);
});

test.each([
  ["all of them", 2, "complete"],
  ["one of them", 1, "truncated"],
])("an end without [DONE] after %s have finished", (_name, finished, ending) => {
  const finish = [0, 1]
    .slice(0, finished)
    .map((index) => FINISH.replace(`"index":0`, `"index":${index}`));
  const rig = new Rig("everything", 2).play([Buffer.from(chunk("a") + finish.join(""))]);
  expect(rig.ending).toEqual({ type: ending });
});

test.each([
  `event: error\ndata: {"message":"secret","code":429}\n\n`,
  `error: {"message":"secret","code":429}\n\n`,
  `data: {"error":{"message":"secret","code":429}}\n\n`,
])("%j is an error wherever it is cut", (event) => {
  const bytes = Buffer.from(chunk("a") + event + DONE);
  for (let offset = 1; offset < bytes.length; offset++) {
    const rig = new Rig().play(cut(bytes, [offset]));
    expect(rig.ending).toMatchObject({ type: "error_event", error: { status: 429 } });
    expect(rig.client.text).toBe(chunk("a"));
  }
});

describe.each(RECORDED_FAILURES)("$name", ({ good, bad, chunks, error }) => {
  test("ends in front of the error, wherever it is cut", () => {
    const bytes = Buffer.concat([good, bad]);
    for (let offset = 1; offset < bytes.length; offset++) {
      const rig = new Rig().play(cut(bytes, [offset]));
      expect(rig.ending).toEqual({ type: "error_event", error });
      expect(rig.client.bytes.equals(good)).toBe(true);
      expect(rig.meter.chunks).toBe(chunks);
    }
  });
});

/** Its lines that are no data. */
function others(event: string): readonly string[] {
  return event.split(/\r?\n/).filter((line) => /^(?:id|event)/.test(line));
}

test.each([
  [
    "indented",
    `data: {\ndata:   "choices": [{"delta":{"content":"a"}}],\ndata:   "usage": {"prompt_tokens":1}\ndata: }\n\n`,
  ],
  [
    "named",
    `id: 7\nevent: message\ndata: {"choices":[{"delta":{"content":"a"}}],"usage":null}\n\n`,
  ],
  ["CRLF", `data:{"choices":[{"delta":{"content":"a"}}],"usage":null}\r\n\r\n`],
])("usage is cut out of an event that is %s, and nothing else", (_name, event) => {
  const bytes = Buffer.from(event + FINISH + DONE);
  for (let offset = 0; offset < bytes.length; offset++) {
    const rig = new Rig("nothing").play(cut(bytes, [offset]));
    const [first = ""] = rig.client.text.split(/\r?\n\r?\n/, 1);
    const lines = first.split(/\r?\n/);
    const data = lines.filter((line) => line.startsWith("data:")).map((line) => line.slice(5));
    expect(JSON.parse(data.join("\n"))).toEqual({ choices: [{ delta: { content: "a" } }] });
    expect(others(first)).toEqual(others(event));
    expect(rig.client.text.endsWith(FINISH + DONE)).toBe(true);
  }
});

test.each([
  ["half of its JSON", `data: {"choices":[{"index":0,"delta":{"content":"b"}`, "truncated"],
  [
    "an error beside content",
    chunk("b").replace("}]}", `}],"error":{"message":"x"}}`),
    "error_event",
  ],
])("a stream that ends with %s", (_name, last, ending) => {
  const rig = new Rig().play([Buffer.from(chunk("a") + last)]);
  expect(rig.ending?.type).toBe(ending);
});

test("several answers: one that ends together with its content has ended", () => {
  const both = [0, 1].map(
    (index) =>
      `data: {"choices":[{"index":${index},"delta":{"content":"a"},"finish_reason":"stop"}]}\n\n`,
  );
  const rig = new Rig("everything", 2).play([Buffer.from(both.join(""))]);
  expect(rig.ending).toEqual({ type: "complete" });
});
