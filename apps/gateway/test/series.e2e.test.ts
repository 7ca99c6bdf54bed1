/** Whatever clients make up, the page of metrics does not grow. */
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { connect } from "node:net";
import type { Socket } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { startRig } from "./gateway-rig.ts";
import type { GatewayRig } from "./gateway-rig.ts";

const REQUESTS = 100_000;
const CONNECTIONS = 16;
/** Sent at once on a connection, which the gateway answers in turn. */
const PIPELINED = 50;
const SERIES_ADDED_MAX = 10;

const STATUS_LINE = /HTTP\/1\.1 \d{3} /g;

/** A model, a path or a user agent that nobody has heard of. */
function encodeRequest(rig: GatewayRig, index: number): string {
  const name = randomUUID();
  const known = `host: x\r\nauthorization: Bearer ${rig.key}\r\n`;
  if (index % 3 === 0) return `GET /v1/${name} HTTP/1.1\r\n${known}\r\n`;
  if (index % 3 === 1) return `GET /v1/models HTTP/1.1\r\nhost: x\r\nuser-agent: ${name}\r\n\r\n`;
  const body = JSON.stringify({ model: name, messages: [{ role: "user", content: "hi" }] });
  const head = `${known}content-type: application/json\r\ncontent-length: ${body.length}\r\n`;
  return `POST /v1/chat/completions HTTP/1.1\r\n${head}\r\n${body}`;
}

async function readAnswers(socket: Socket, answers: number): Promise<void> {
  let text = "";
  while ((text.match(STATUS_LINE)?.length ?? 0) < answers) {
    const [bytes] = (await once(socket, "data")) as [Buffer];
    text += bytes.toString("latin1");
  }
}

async function ask(rig: GatewayRig, requests: number): Promise<void> {
  const socket = connect(Number(new URL(rig.gateway.baseUrl).port), "127.0.0.1");
  for (let sent = 0; sent < requests; sent += PIPELINED) {
    const batch = Array.from({ length: PIPELINED }, (_, index) => encodeRequest(rig, index));
    socket.write(batch.join(""));
    await readAnswers(socket, PIPELINED);
  }
  socket.destroy();
}

async function countSeries({ gateway }: GatewayRig): Promise<number> {
  const page = await (await fetch(`${gateway.adminUrl}/metrics`)).text();
  return page.split("\n").filter((line) => line !== "" && !line.startsWith("#")).length;
}

test("100,000 made-up models, paths and user agents", { timeout: 90_000 }, async () => {
  const rig = await startRig({ chat: ["mock"] });
  onTestFinished(() => rig.close());
  await ask(rig, PIPELINED);
  const before = await countSeries(rig);
  const each = REQUESTS / CONNECTIONS;
  await Promise.all(Array.from({ length: CONNECTIONS }, () => ask(rig, each)));
  expect((await countSeries(rig)) - before).toBeLessThanOrEqual(SERIES_ADDED_MAX);
});
