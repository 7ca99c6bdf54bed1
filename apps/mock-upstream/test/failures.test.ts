/** What goes wrong when it is told to, over real sockets. */
import { connect } from "node:net";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { startMockUpstream } from "../src/mock-server.ts";
import type { MockUpstream } from "../src/mock-server.ts";
import { openStream, post, sendRaw, toChunks, toData, toRequest, until } from "./exchange.ts";
import type { RawAnswer } from "./exchange.ts";

let mock: MockUpstream;
beforeAll(async () => {
  mock = await startMockUpstream();
});
beforeEach(() => mock.reset());
afterAll(() => mock.close());

const raw = (settings: string): Promise<RawAnswer> => sendRaw(mock, toRequest(`mock/${settings}`));

test.each([
  ["status=429,retryAfter=7", "7", { type: "rate_limit_error", code: "rate_limit_exceeded" }],
  ["status=503,retryAfter=soon", "soon", { type: "server_error", code: null }],
  ["status=500,errorCode=500", null, { type: "server_error", code: 500 }],
  ["status=401", null, { type: "invalid_request_error", code: "invalid_api_key" }],
  ["status=404", null, { type: "invalid_request_error", code: "model_not_found" }],
  ["status=400,errorCode=odd", null, { type: "invalid_request_error", code: "odd" }],
])("%s is answered in OpenAI's envelope", async (settings, retryAfter, error) => {
  const answer = await post(mock, `mock/${settings},errorMessage=no luck`);
  expect(answer.status).toBe(Number(/\d+/.exec(settings)));
  expect(answer.headers.get("retry-after")).toBe(retryAfter);
  expect(JSON.parse(answer.text)).toEqual({ error: { message: "no luck", param: null, ...error } });
  expect(mock.stats().recent.at(-1)?.outcome).toBe("scripted_failure");
});

test("retryAfter=date:60 is a date a minute ahead", async () => {
  const { headers } = await post(mock, "mock/status=503,retryAfter=date:60");
  const aheadMs = Date.parse(headers.get("retry-after") ?? "") - Date.now();
  expect(Math.abs(aheadMs - 60_000)).toBeLessThan(5_000);
});

test("HTML where JSON should be, nothing, and a type that does not fit", async () => {
  const html = await post(mock, "mock/body=html");
  expect([html.status, html.headers.get("content-type")]).toEqual([
    200,
    "text/html; charset=utf-8",
  ]);
  expect(html.text).toMatch(/^<!doctype html>/);
  const empty = await post(mock, "mock/body=empty,status=502");
  expect([empty.status, empty.text]).toEqual([502, ""]);
  const wrong = await post(mock, "mock/contentType=text/plain");
  expect([wrong.headers.get("content-type"), toData(wrong.text).at(-1)]).toEqual([
    "text/plain",
    "[DONE]",
  ]);
});

test("an unknown setting is refused with the accepted ones", async () => {
  const { status, text } = await post(mock, "mock/speed=9");
  expect(status).toBe(400);
  expect(text).toMatch(/speed.*tokens \(0 to 100000\)/);
  expect(mock.stats()).toMatchObject({ requests: 1, rejected: 1, inFlight: 0 });
});

test.each([
  ["tokens=100000,tokenBytes=10000", "{}"],
  ["writeBytes=1,tokens=6000", "{}"],
  ["", '{"n": 0}'],
  ["", '{"n": 129}'],
])("too much is refused: %s %s", async (settings, body) => {
  const answer = await post(mock, `mock/${settings}`, { body: JSON.parse(body) as object });
  expect(answer.status).toBe(400);
});

test.each(["{", "[]", '{"model": 7}'])("a body that is %s is refused", async (body) => {
  const answer = await fetch(`${mock.url}/chat/completions`, { method: "POST", body });
  expect(answer.status).toBe(400);
});

test("an error event after k events, with and without [DONE]", async () => {
  const data = toData((await post(mock, "mock/fail=error,failAfter=2,errorCode=503")).text);
  expect(data.length).toBe(3);
  expect(JSON.parse(data[2] ?? "")).toMatchObject({ error: { type: "server_error", code: 503 } });
  const done = toData((await post(mock, "mock/fail=error-done,failAfter=0")).text);
  expect([done[0]?.slice(0, 9), ...done.slice(1)]).toEqual(['{"error":', "[DONE]"]);
});

test("a clean end without [DONE]", async () => {
  const { text } = await post(mock, "mock/fail=fin,failAfter=3");
  expect(toChunks(text).length).toBe(3);
  expect(text).not.toContain("[DONE]");
});

test("a stream that is cut in the middle of a chunk", async () => {
  const { text, closed } = await raw("fail=cut,failAfter=3");
  expect(closed).toBe("fin");
  expect(text.match(/data: /g)?.length).toBe(4);
  expect(text.slice(text.lastIndexOf("data: "))).toMatch(/^data: \{"id":"chatcmpl-\d*[^}]*$/);
});

test.each(["fin", "cut", "reset", "stall"])("what was sent before %s is counted", async (fail) => {
  const socket = connect(mock.port, "127.0.0.1").resume();
  socket.on("error", () => socket.destroy());
  socket.write(toRequest(`mock/fail=${fail},failAfter=3`));
  await until(() => mock.stats().tokensSent === 2);
  socket.destroy();
});

test("RST after k events", async () => {
  const { text, closed } = await raw("fail=reset,failAfter=3,gap=5");
  expect([text.match(/data: /g)?.length, closed]).toEqual([3, "reset"]);
});

test.each([
  ["answer=reset", "reset"],
  ["answer=close", "fin"],
])("%s: not one byte", async (settings, closed) => {
  expect(await raw(settings)).toEqual({ text: "", reads: 0, closed });
  expect(mock.stats().scriptedFailures).toBe(1);
});

test.each(["answer=hang", "fail=stall,failAfter=2", "ttft=3600000"])(
  "%s is silent until the client goes, and that is noticed",
  async (settings) => {
    const socket = connect(mock.port, "127.0.0.1");
    socket.write(toRequest(`mock/${settings}`));
    await until(() => mock.stats().recent[0]?.scenario !== undefined);
    expect(mock.stats().inFlight).toBe(1);
    socket.destroy();
    await until(() => mock.stats().inFlight === 0);
    expect(mock.stats()).toMatchObject({ clientAborts: 1, recent: [{ outcome: "client_abort" }] });
  },
);

test.each([
  ["fail=comments,failAfter=2,failGap=1", ": keep-alive\n\n"],
  ["fail=deltas,failAfter=2,failGap=1", '"delta":{"content":""}'],
])("%s goes on for ever", async (settings, text) => {
  const socket = connect(mock.port, "127.0.0.1").setEncoding("utf8");
  let seen = "";
  socket.on("data", (part) => (seen += String(part)));
  socket.write(toRequest(`mock/${settings}`));
  await until(() => seen.split(text).length > 20);
  expect(seen.match(/token_/g)?.length).toBe(1);
  socket.destroy();
});

test("a drip is the rest byte by byte", async () => {
  const whole = await post(mock, "mock/tokens=1");
  const dripped = await post(mock, "mock/tokens=1,fail=drip,failAfter=3,failGap=0.5");
  expect(dripped.text.length).toBe(
    whole.text.length + ",fail=drip,failAfter=3,failGap=0.5".length * 3,
  );
  const [record] = mock.stats().recent.slice(-1);
  const rest = dripped.text.split("\n\n").slice(3).join("\n\n").length;
  expect((record?.endedAtMs ?? 0) - (record?.startedAtMs ?? 0)).toBeGreaterThan(rest * 0.5 - 1);
});

test("one event that is not JSON, then the rest", async () => {
  const { text } = await post(mock, "mock/tokens=2,fail=malformed,failAfter=2,idField=on");
  const data = toData(text.replaceAll(/^id: .*\n/gm, ""));
  expect(() => JSON.parse(data[2] ?? "{}") as object).toThrow(SyntaxError);
  const ids = [...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id));
  expect(ids).toEqual([0, 1, 2, 2, 3, 4]);
  expect([data.length, data.at(-1)]).toEqual([6, "[DONE]"]);
});

test("a flood has 64 MiB and no line end", async () => {
  const { text } = await post(mock, "mock/fail=flood,failAfter=1");
  const flood = text.slice(text.indexOf("\n\n") + 2);
  expect([flood.length, flood.includes("\n")]).toEqual([64 * 1024 * 1024, false]);
});

test("the first requests of a scenario fail, then it works; each scenario has its own count", async () => {
  const ask = async (settings: string): Promise<number> =>
    (await post(mock, `mock/${settings}`)).status;
  const first = [await ask("failFirst=2"), await ask("failFirst=2"), await ask("failFirst=2")];
  expect(first).toEqual([503, 503, 200]);
  expect(await ask("failFirst=2,tag=other")).toBe(503);
  const every = "failEvery=2,status=429";
  expect([await ask(every), await ask(every), await ask(every)]).toEqual([200, 429, 200]);
  mock.reset();
  expect(await ask("failFirst=2")).toBe(503);
});

test("a connection that is dropped unannounced, and one with a second response", async () => {
  const dropped = await raw("tokens=1,connection=drop,failGap=10");
  expect(dropped.text).toMatch(/keep-alive[\s\S]*\r\n0\r\n\r\n$/);
  expect(mock.stats().completed).toBe(1);
  const socket = await openStream(mock, "mock/tokens=1,connection=extra,failGap=10", "\r\n\r\n{}");
  socket.destroy();
  const closed = await raw("tokens=1,connection=close");
  expect(closed.text).toMatch(/connection: close[\s\S]*\r\n0\r\n\r\n$/);
});

test.each([
  ["fail=cut", "fin"],
  ["fail=reset,writeGap=5", "reset"],
])("a whole answer is cut in half by %s", async (settings, closed) => {
  const answer = await sendRaw(mock, toRequest(`mock/${settings}`, { stream: false }));
  const announced = Number(/content-length: (\d+)/.exec(answer.text)?.[1]);
  const [, sent = ""] = answer.text.split("\r\n\r\n");
  expect([sent.length, answer.closed]).toEqual([Math.floor(announced / 2), closed]);
});
