/** Everything that a client can get wrong is answered in OpenAI's envelope, with a request id. */
import { randomUUID } from "node:crypto";
import { connect } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { postChat, startRig, streamOf } from "./gateway-rig.ts";
import type { GatewayRig } from "./gateway-rig.ts";

let rig: GatewayRig;

beforeAll(async () => {
  rig = await startRig({ chat: ["mock"], failover: ["nobody", "mock"], down: ["nobody"] });
});

afterAll(() => rig.close());

async function check(response: Response, status: number, code: string): Promise<void> {
  expect(response.status).toBe(status);
  expect(response.headers.get("content-type")).toContain("application/json");
  expect(response.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
  expect(await response.json()).toEqual({
    error: {
      message: expect.stringMatching(/./),
      type: expect.stringMatching(/^(invalid_request_error|server_error)$/),
      param: ["model_not_found"].includes(code) ? "model" : null,
      code,
    },
  });
}

test.each([
  ["unknown route", "POST /fine-tunes", 404, "unknown_url"],
  ["the root", "GET /../", 404, "unknown_url"],
  ["wrong method", "GET /chat/completions", 405, "method_not_allowed"],
  ["wrong method on a model", "DELETE /models/chat", 405, "method_not_allowed"],
  ["bad escape in the URL", "GET /models/%zz", 400, "invalid_http"],
  ["no key", "GET /models", 401, "missing_api_key"],
])("%s: %s", async (_name, line, status, code) => {
  const [method = "", path = ""] = line.split(" ");
  await check(await fetch(rig.gateway.baseUrl + path, { method }), status, code);
});

test.each([
  ["another scheme", { authorization: "Basic abc" }, 401, "missing_api_key"],
  ["a malformed key", { authorization: "Bearer hello" }, 401, "invalid_api_key"],
  ["another content type", { "content-type": "text/plain" }, 415, "unsupported_media_type"],
])("%s", async (_name, headers, status, code) => {
  await check(await postChat(rig, streamOf("chat"), headers), status, code);
});

test.each([
  ["malformed JSON", "{", 400, "invalid_json"],
  ["an empty body", "", 400, "invalid_json"],
  ["an unknown model", streamOf("gpt"), 404, "model_not_found"],
  ["a body beyond the limit", `"${"x".repeat(10 * 1024 * 1024)}"`, 413, "body_too_large"],
  ["an upstream that is down", streamOf("down"), 502, "upstream_unreachable"],
])("%s", async (_name, body, status, code) => {
  await check(await postChat(rig, body), status, code);
});

test("a body beyond the limit without an announced length", async () => {
  const megabyte = new Uint8Array(1024 * 1024);
  let sent = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (sent++ < 12) controller.enqueue(megabyte);
      else controller.close();
    },
  });
  const response = await fetch(`${rig.gateway.baseUrl}/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${rig.key}`, "content-type": "application/json" },
    body,
    duplex: "half",
  });
  await check(response, 413, "body_too_large");
});

test("a valid request id is taken over and passed upstream, another is replaced", async () => {
  const id = randomUUID();
  const response = await postChat(rig, streamOf("chat"), { "x-request-id": id });
  await response.text();
  expect(response.headers.get("x-request-id")).toBe(id);
  expect(rig.mock.stats().recent.at(-1)?.requestId).toBe(id);
  const other = await postChat(rig, streamOf("chat"), { "x-request-id": "my prompt" });
  await other.text();
  expect(other.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
});

test("the upstream gets our credential and none of the client's headers", async () => {
  await (await postChat(rig, streamOf("chat"), { "x-secret": "1", cookie: "a=b" })).text();
  const names = rig.mock.stats().recent.at(-1)?.headerNames ?? [];
  expect(names.toSorted()).toEqual([
    "accept",
    "accept-encoding",
    "authorization",
    "content-length",
    "content-type",
    "host",
    "x-request-id",
  ]);
});

test("a deployment that is down is passed over", async () => {
  for (let request = 0; request < 4; request++) {
    const response = await postChat(rig, streamOf("failover"));
    expect(await response.text()).toContain("[DONE]");
  }
});

/** Sends bytes as they are. @returns all that comes back until the connection is closed. */
function sendRaw(text: string): Promise<string> {
  const { port } = new URL(rig.gateway.baseUrl);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), "127.0.0.1", () => socket.write(text));
    let received = "";
    socket.on("data", (data) => (received += data.toString()));
    socket.on("close", () => resolve(received));
    socket.on("error", reject);
  });
}

test.each([
  ["no HTTP", "hello\r\n\r\n", 400, "invalid_http"],
  [
    "two lengths",
    "POST /v1/x HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n",
    400,
    "invalid_http",
  ],
  [
    "too many headers",
    `GET / HTTP/1.1\r\nhost: x\r\nx: ${"y".repeat(20_000)}\r\n\r\n`,
    431,
    "headers_too_large",
  ],
])("%s", async (_name, text, status, code) => {
  const answer = await sendRaw(text);
  expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  expect(answer).toContain(`"code":"${code}"`);
  expect(answer).toMatch(/x-request-id: [0-9a-f-]{36}/);
});
