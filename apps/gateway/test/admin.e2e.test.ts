/** The admin port, when many ask and some of them do not listen. */
import { once } from "node:events";
import { connect } from "node:net";
import type { Socket } from "node:net";
import { eventually } from "@slipstream/testkit/eventually";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { Instruments } from "@slipstream/telemetry/instruments";
import { readMetric, startRig } from "./gateway-rig.ts";
import type { GatewayRig } from "./gateway-rig.ts";

let rig: GatewayRig;

beforeAll(async () => {
  rig = await startRig({ chat: ["mock"] });
});

afterAll(() => rig.close());

const SCRAPE = "GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n";

/** A connection that reads nothing of what comes. */
async function connectDeaf(): Promise<Socket> {
  const socket = connect(Number(new URL(rig.gateway.adminUrl).port), "127.0.0.1");
  socket.on("error", () => undefined).pause();
  await once(socket, "connect");
  return socket;
}

test("those who scrape at the same time share few renderings", async () => {
  const render = vi.spyOn(Instruments.prototype, "render");
  const answers = await Promise.all(
    Array.from({ length: 40 }, async () => {
      const response = await fetch(`${rig.gateway.adminUrl}/metrics`);
      return [response.headers.get("content-type"), (await response.text()).slice(-6)];
    }),
  );
  expect(new Set(answers.map(String))).toEqual(
    new Set(["application/openmetrics-text; version=1.0.0; charset=utf-8,# EOF\n"]),
  );
  expect(render.mock.calls.length).toBeLessThan(10);
  render.mockRestore();
});

test("what has happened before a scrape is on its page", async () => {
  for (let count = 1; count < 5; count++) {
    await (await fetch(`${rig.gateway.baseUrl}/nothing`)).text();
    expect(await readMetric(rig, "slipstream_errors_total")).toBe(count);
  }
});

test("whoever holds many connections loses its own, and a probe gets through", async () => {
  const deaf = await Promise.all(Array.from({ length: 200 }, connectDeaf));
  for (const socket of deaf) socket.write(SCRAPE);
  for (const path of ["/healthz", "/readyz", "/metrics"]) {
    // Kept connections may have been among those that were closed.
    const answer = await fetch(rig.gateway.adminUrl + path, { headers: { connection: "close" } });
    expect([path, answer.status]).toEqual([path, 200]);
  }
  for (const socket of deaf) socket.resume();
  await eventually(() => {
    const open = deaf.filter(({ readyState }) => readyState === "open").length;
    expect(open).toBeLessThanOrEqual(64);
  });
  for (const socket of deaf) socket.destroy();
});

test("who sends a hundred requests at once gets one answer", async () => {
  const socket = await connectDeaf();
  let text = "";
  socket.on("data", (bytes) => (text += bytes.toString())).resume();
  const closed = new Promise((resolve) => socket.once("close", resolve));
  socket.write(SCRAPE.repeat(100));
  await closed;
  expect(text.match(/HTTP\/1.1 200 OK/g)).toHaveLength(1);
});
