/** Everything that a client can get wrong is answered in OpenAI's envelope, with a request id. */
import { randomUUID } from "node:crypto";
import { METHODS } from "node:http";
import { connect } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { eventually } from "@slipstream/testkit/eventually";
import { postChat, readMetricBy, startRig, streamOf } from "./gateway-rig.ts";
import type { GatewayRig } from "./gateway-rig.ts";
import { RawClient, toRawChat } from "./raw-client.ts";

let rig: GatewayRig;

beforeAll(async () => {
  rig = await startRig({
    chat: ["mock"],
    slow: ["mock/tokens=10,gap=20"],
    failover: ["nobody", "mock"],
    down: ["nobody"],
  });
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

/** Node's parser takes these too, for RTSP. */
const RTSP_METHODS = [
  "ANNOUNCE",
  "DESCRIBE",
  "FLUSH",
  "GET_PARAMETER",
  "PAUSE",
  "PLAY",
  "RECORD",
  "REDIRECT",
  "SETUP",
  "SET_PARAMETER",
  "TEARDOWN",
];

/** Each with the protocol that it belongs to. GET and POST are served; an answer to HEAD has no body. */
const OTHER_METHODS = [
  ...METHODS.filter((method) => !["GET", "POST", "HEAD"].includes(method)).map((method) => ({
    method,
    protocol: "HTTP/1.1",
  })),
  ...RTSP_METHODS.map((method) => ({ method, protocol: "RTSP/1.0" })),
];

test.each(OTHER_METHODS)("nothing is served with $method", async ({ method, protocol }) => {
  const headers = "host: x\r\nconnection: close\r\ncontent-length: 0";
  const missing = await sendRaw(`${method} /v1/nothing ${protocol}\r\n${headers}\r\n\r\n`);
  expect(missing).toMatch(/^HTTP\/1.1 404 /);
  expect(missing).toContain(`"code":"unknown_url"`);
  expect(missing).toMatch(/x-request-id: [0-9a-f-]{36}/);
  const known = await sendRaw(`${method} /v1/models ${protocol}\r\n${headers}\r\n\r\n`);
  expect(known).toMatch(/^HTTP\/1.1 405 /);
  expect(known).toMatch(/^allow: GET\r$/m);
  expect(known).toContain(`"code":"method_not_allowed"`);
});

test("none of these methods is the gateway's fault", async () => {
  await eventually(async () => {
    const codes = await readMetricBy(rig, "slipstream_errors_total", "code");
    // After CONNECT there is no request any more for Node.
    expect(codes["unknown_url"]).toBeGreaterThanOrEqual(OTHER_METHODS.length - 1);
    expect(codes["internal_error"]).toBeUndefined();
  });
});

test.each([
  ["no host", "GET /v1/models HTTP/1.1"],
  ["two hosts", "GET /v1/models HTTP/1.1\r\nhost: a\r\nHost: a"],
  ["a host with a user", "GET /v1/models HTTP/1.1\r\nhost: a@b"],
  ["a host with a path", "GET /v1/models HTTP/1.1\r\nhost: a/b"],
  ["two hosts in one", "GET /v1/models HTTP/1.1\r\nhost: a, b"],
  ["a URL with another host", "GET http://other/v1/models HTTP/1.1\r\nhost: a"],
  ["a URL with a user", "GET http://u@a/v1/models HTTP/1.1\r\nhost: a"],
])("%s", async (_name, head) => {
  const answer = await sendRaw(`${head}\r\n\r\n`);
  expect(answer).toMatch(/^HTTP\/1.1 400 /);
  expect(answer).toMatch(/connection: close/i);
  expect(answer).toContain(`"code":"invalid_http"`);
  expect(answer).toMatch(/x-request-id: [0-9a-f-]{36}/);
});

test.each([
  ["HTTP/1.0 without a host", "GET /v1/models HTTP/1.0"],
  ["an IPv6 address", "GET /v1/models HTTP/1.1\r\nhost: [::1]:8080"],
  ["an empty host", "GET /v1/models HTTP/1.1\r\nhost:"],
  ["a URL with the same host", "GET http://a:1/v1/models HTTP/1.1\r\nhost: A:1"],
])("%s is valid", async (_name, head) => {
  const answer = await sendRaw(`${head}\r\nconnection: close\r\n\r\n`);
  expect(answer).toContain(`"code":"missing_api_key"`);
});

test("what is pipelined has one turn at a time, and is answered in order", async () => {
  const client = await RawClient.connect(rig);
  rig.mock.reset();
  const { head, body } = toRawChat(rig, streamOf("slow"));
  client.send(...Array.from({ length: 3 }, () => head + body));
  await eventually(() => expect(client.answers).toHaveLength(1));
  expect(rig.mock.stats().requests).toBe(1);
  await eventually(() => expect(client.answers.at(2)?.isWhole).toBe(true));
  expect(client.answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  expect(rig.mock.stats()).toMatchObject({ requests: 3, inFlight: 0 });
  client.leave("fin");
});

test("a client that waits for it is told to go on", async () => {
  const client = await RawClient.connect(rig);
  const { head, body } = toRawChat(rig, streamOf("chat"), { expect: "100-continue" });
  client.send(head);
  await eventually(() => expect(client.bytes.toString()).toBe("HTTP/1.1 100 Continue\r\n\r\n"));
  client.send(body);
  await eventually(() => expect(client.bytes.toString()).toContain("[DONE]"));
  client.leave("fin");
});
