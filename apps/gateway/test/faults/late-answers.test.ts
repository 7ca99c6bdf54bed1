/**
 * An upstream that answers twice: it gives up ("timed out", "too many requests"), and the model's proper
 * answer follows on the same connection, well-formed and whenever it likes. It is for one client; whoever
 * else asks on that connection would take it for its own.
 */
import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { setTimeout } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { streamOf } from "../gateway-rig.ts";
import type { GatewayRig } from "../gateway-rig.ts";
import { sendChat } from "../raw-client.ts";
import { startFaultRig } from "./fault-rig.ts";

/** What every late answer says. */
const FOREIGN = "of somebody else";
/** After the first answer, ms; each is tried with a next request that comes about then. */
const DELAYS_MS = [0, 1, 2, 5, 10];
const LANES = 8;

const STATUSES = [201, 204, 205, 206, 302, 304, 400, 401, 404, 408, 429, 500, 503, 504];
const JSON_TYPE = "application/json";
const ERROR = '{"error":{"message":"no","type":"server_error"}}';

function toAnswer(status: number, type: string, body: string): string {
  const length = status === 204 || status === 304 ? "" : `content-length: ${body.length}\r\n`;
  const sent = length === "" ? "" : body;
  return `HTTP/1.1 ${status} X\r\ncontent-type: ${type}\r\n${length}\r\n${sent}`;
}

function toWhole(content: string): string {
  const message = { role: "assistant", content };
  const body = { choices: [{ index: 0, message, finish_reason: "stop" }] };
  return toAnswer(200, JSON_TYPE, JSON.stringify(body));
}

function toStream(content: string): string {
  const delta = { role: "assistant", content };
  const event = JSON.stringify({ choices: [{ index: 0, delta, finish_reason: "stop" }] });
  return toAnswer(200, "text/event-stream", `data: ${event}\n\ndata: [DONE]\n\n`);
}

const FIRST_ANSWERS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    STATUSES.map((status) => [`status-${status}`, toAnswer(status, JSON_TYPE, ERROR)]),
  ),
  "error-200": toAnswer(200, JSON_TYPE, ERROR),
  "event-200": toAnswer(200, "text/event-stream", `data: ${ERROR}\n\n`),
  "page-200": toAnswer(200, "text/html", "<html>"),
  "short-200": toAnswer(200, "text/event-stream", ": nothing\n\n"),
};

/** What a request asks of the upstream, in its field `user`. */
const ASKED = /"user":"(own|late) (\S+) (whole|stream) (\d+)"/;

/** Counts late answers that were written. */
async function startUpstream(): Promise<{ readonly url: string; readonly late: () => number }> {
  let late = 0;
  async function serve(socket: Socket, request: string): Promise<void> {
    const [, kind, name = "", form, delayMs] = ASKED.exec(request) ?? [];
    const write = form === "stream" ? toStream : toWhole;
    if (kind === "own") return void socket.write(write(name));
    socket.write(FIRST_ANSWERS[name] ?? "");
    await setTimeout(Number(delayMs));
    if (socket.writable) socket.write(write(FOREIGN), () => late++);
  }
  const server = createServer((socket) => {
    let received = "";
    socket.on("error", () => undefined);
    socket.on("data", (data) => {
      received += data.toString("latin1");
      if (!ASKED.test(received)) return;
      void serve(socket, received);
      received = "";
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/v1`, late: () => late };
}

interface Try {
  readonly name: string;
  readonly form: "whole" | "stream";
  readonly delayMs: number;
  readonly number: number;
}

function toTries(): readonly Try[] {
  return Object.keys(FIRST_ANSWERS).flatMap((name, number) =>
    (["whole", "stream"] as const).flatMap((form) =>
      DELAYS_MS.map((delayMs) => ({ name, form, delayMs, number })),
    ),
  );
}

/** One client gets no answer, and another asks when the proper one comes. @returns the other's. */
async function ask(rig: GatewayRig, tried: Try, number: number): Promise<string> {
  const { name, form, delayMs } = tried;
  const stream = form === "stream";
  const late = `late ${name} ${form} ${delayMs}`;
  const first = await sendChat(rig, streamOf("chat", { stream, user: late }));
  const refused = await first.answered();
  expect(refused.body).not.toContain(FOREIGN);
  expect(refused.status).toBeGreaterThanOrEqual(400);
  // Up to the moment of the late answer and a little beyond it.
  await setTimeout(delayMs * (number % 3) * 0.5);
  const own = `own answer-${number} ${form} 0`;
  const second = await sendChat(rig, streamOf("chat", { stream, user: own }));
  const { body } = await second.answered();
  return body;
}

test("F11 a late answer reaches nobody, whatever the first one was", async () => {
  const { url, late } = await startUpstream();
  const rig = await startFaultRig({ chat: ["m"] }, { upstreamUrl: url });
  const waiting = [...toTries().entries()];
  const tries = waiting.length;
  const wrong: string[] = [];
  const lanes = Array.from({ length: LANES }, async () => {
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const [number, tried] = next;
      const body = await ask(rig, tried, number);
      if (!body.includes(`answer-${number}"`)) wrong.push(`${JSON.stringify(tried)}: ${body}`);
    }
  });
  await Promise.all(lanes);
  expect(wrong).toEqual([]);
  expect(tries).toBeGreaterThanOrEqual(180);
  // They were on their way, and not held back by the upstream.
  expect(late()).toBeGreaterThan(0);
});
