/** New requests are refused while the gateway has enough to do, and nothing that runs is hurt. */
import { once } from "node:events";
import { eventually } from "@slipstream/testkit/eventually";
import { expect, onTestFinished, test } from "vitest";
import type { Limits } from "../src/config/config.ts";
import { postChat, readMetric, readMetricBy, startRig, streamOf } from "./gateway-rig.ts";
import type { GatewayRig } from "./gateway-rig.ts";
import { RawClient, sendChat, toRawChat } from "./raw-client.ts";

const MEGABYTE = 1024 * 1024;

async function start(limits: Partial<Limits>): Promise<GatewayRig> {
  const models = { chat: ["mock"], endless: ["mock/tokens=10000,gap=10"] };
  const rig = await startRig(models, { limits });
  onTestFinished(() => rig.close());
  return rig;
}

/** A stream that has begun. */
async function startStream(rig: GatewayRig): Promise<RawClient> {
  const client = await sendChat(rig, streamOf("endless"));
  while (!client.bytes.includes("token_0")) await once(client.socket, "data");
  return client;
}

test("beyond the bound of open requests new ones are refused, running ones go on", async () => {
  const rig = await start({ openRequests: 2 });
  const streams = [await startStream(rig), await startStream(rig)];
  const chat = await postChat(rig, streamOf("chat"));
  const models = await fetch(`${rig.gateway.baseUrl}/models`);
  const unknown = await fetch(`${rig.gateway.baseUrl}/nothing`);
  for (const response of [chat, models, unknown]) {
    expect(response.status).toBe(503);
    expect(response.headers.get("retry-after")).toBe("2");
    expect(response.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
    expect(await response.json()).toMatchObject({
      error: { code: "overloaded", type: "server_error" },
    });
  }
  expect((await fetch(`${rig.gateway.adminUrl}/healthz`)).status).toBe(200);
  expect((await fetch(`${rig.gateway.adminUrl}/readyz`)).status).toBe(200);
  expect(await readMetricBy(rig, "slipstream_requests_shed_total", "reason")).toEqual({
    open_requests: 3,
  });
  expect(await readMetric(rig, "slipstream_limit_used", { reason: "open_requests" })).toBe(1);
  const errors = { code: "overloaded", blame: "gateway" };
  expect(await readMetric(rig, "slipstream_errors_total", errors)).toBe(3);

  const seen = streams.map(({ bytes }) => bytes.length);
  await eventually(() => {
    for (const [index, { bytes }] of streams.entries()) {
      expect(bytes.length).toBeGreaterThan(seen[index] ?? Infinity);
    }
  });
  streams[0]?.leave("fin");
  await eventually(async () => {
    expect(await readMetric(rig, "slipstream_inflight_requests")).toBe(1);
  });
  expect(await (await postChat(rig, streamOf("chat"))).text()).toContain("[DONE]");
  streams[1]?.leave("fin");
  expect(rig.mock.stats().requests).toBe(3);
});

test("the connection of a refused request can be used again", async () => {
  const rig = await start({ openRequests: 1 });
  const stream = await startStream(rig);
  const client = await RawClient.connect(rig);
  const { head, body } = toRawChat(rig, streamOf("chat"));
  client.send(head, body);
  await eventually(() => expect(client.answers[0]?.status).toBe(503));
  expect(client.answers[0]?.headers["connection"]).not.toBe("close");
  stream.leave("fin");
  await eventually(async () => {
    expect(await readMetric(rig, "slipstream_inflight_requests")).toBe(0);
  });
  client.send(head, body);
  await eventually(() => expect(client.answers[1]?.isWhole).toBe(true));
  expect(client.answers[1]?.status).toBe(200);
  client.leave("fin");
});

test("a large body of a refused request is not read, and its client still gets the answer", async () => {
  const rig = await start({ openRequests: 1 });
  const stream = await startStream(rig);
  const client = await RawClient.connect(rig);
  const { head } = toRawChat(rig, streamOf("chat"), { "content-length": String(200 * MEGABYTE) });
  client.send(head);
  let isTaken = true;
  // What the operating systems on both sides hold is a few megabytes.
  for (let sent = 0; sent < 200 && isTaken; sent++) {
    isTaken = client.socket.write(Buffer.alloc(MEGABYTE)) || (await drains(client));
  }
  await client.closed;
  expect(client.socket.bytesWritten - client.socket.writableLength).toBeLessThan(50 * MEGABYTE);
  expect(client.answers[0]).toMatchObject({ status: 503, isWhole: true });
  stream.leave("fin");
});

/** Whether the connection takes more. */
function drains({ socket, closed }: RawClient): Promise<boolean> {
  const drained = new Promise<boolean>((resolve) => socket.once("drain", () => resolve(true)));
  return Promise.race([drained, closed.then(() => false)]);
}

test("a client that asks before it sends its body is not told to go on", async () => {
  const rig = await start({ openRequests: 1 });
  const stream = await startStream(rig);
  const client = await RawClient.connect(rig);
  client.send(toRawChat(rig, streamOf("chat"), { expect: "100-continue" }).head);
  expect((await client.answered()).status).toBe(503);
  stream.leave("fin");
});

test("connections beyond the bound get one refusal each", async () => {
  const rig = await start({ connections: 2 });
  const [first, second] = [await RawClient.connect(rig), await RawClient.connect(rig)];
  await eventually(async () => {
    expect(await readMetric(rig, "slipstream_open_sockets", { side: "client" })).toBe(2);
  });
  const third = await RawClient.connect(rig);
  const { head, body } = toRawChat(rig, streamOf("chat"));
  third.send(head, body);
  const answer = await third.answered();
  expect(answer.status).toBe(503);
  expect(answer.headers).toMatchObject({ connection: "close", "retry-after": "2" });
  await third.closed;
  expect(await readMetricBy(rig, "slipstream_requests_shed_total", "reason")).toEqual({
    connections: 1,
  });
  first.send(head, body);
  expect((await first.answered()).status).toBe(200);
  for (const client of [first, second]) client.leave("fin");
  await eventually(async () => {
    expect(await readMetric(rig, "slipstream_open_sockets", { side: "client" })).toBe(0);
  });
  expect((await (await sendChat(rig, streamOf("chat"))).answered()).status).toBe(200);
});

test("bodies that have been announced count from then on, until their requests have ended", async () => {
  const rig = await start({ heldBytes: 64 * MEGABYTE });
  const announced = { "content-length": String(10 * MEGABYTE) };
  const clients: RawClient[] = [];
  for (let index = 0; index < 7; index++) {
    const client = await RawClient.connect(rig);
    client.send(toRawChat(rig, streamOf("chat"), announced).head);
    clients.push(client);
    // Those whose key is being looked up hold nothing yet.
    await eventually(async () => {
      const used = await readMetric(rig, "slipstream_limit_used", { reason: "held_bytes" });
      expect(used).toBeCloseTo((10 * Math.min(index + 1, 6)) / 64, 3);
    });
  }
  const answer = clients[6]?.answers[0];
  expect([answer?.status, answer?.body.includes("overloaded")]).toEqual([503, true]);
  expect(await readMetricBy(rig, "slipstream_requests_shed_total", "reason")).toEqual({
    held_bytes: 1,
  });
  expect(await (await postChat(rig, streamOf("chat"))).text()).toContain("[DONE]");
  for (const client of clients) client.leave("fin");
  await eventually(async () => {
    const used = await readMetric(rig, "slipstream_limit_used", { reason: "held_bytes" });
    expect(used).toBe(0);
  });
});
