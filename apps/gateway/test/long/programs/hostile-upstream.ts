/** An upstream whose answers are work: its models are called after what they send. */
import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { runProgram, untilAborted } from "../run-program.ts";
import { readWholeAnswer } from "../whole-answer.ts";

export interface HostileUpstreamProgram {
  readonly plan: object;
  /** Its base URL. */
  readonly ready: string;
  readonly result: undefined;
}

const DEEP_MEMBERS = 10_000_000;
/** 30 MB of three bytes each. */
const DEEP = Buffer.from(`{"id":"deep","choices":[${"[],".repeat(DEEP_MEMBERS)}[]]}`);

const STREAM_HEAD =
  "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n";
const CHUNK = { id: "c", choices: [{ index: 0, delta: { role: "assistant", content: "hi" } }] };
const FIRST_EVENT = `data: ${JSON.stringify(CHUNK)}\n\n`;
const STREAM_BYTES_PER_SECOND = 1_500_000;
const TICK_MS = 10;
const JUNK = Buffer.from("data: junk\n\n".repeat(1000));
/** One event of 1 MB. */
const LINES = Buffer.from(`${"a\n".repeat(500_000)}\n`);

function answer(socket: Socket, body: string): void {
  const { model } = JSON.parse(body) as { readonly model: string };
  if (model === "deep") {
    const head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n";
    socket.write(`${head}content-length: ${DEEP.length}\r\n\r\n`);
    socket.write(DEEP);
    return;
  }
  socket.write(STREAM_HEAD + FIRST_EVENT);
  sendEndlessly(socket, model === "junk" ? JUNK : LINES);
}

/** The same bytes again and again, at a steady rate, as fast as they are taken. */
function sendEndlessly(socket: Socket, bytes: Buffer): void {
  const tickBytes = (STREAM_BYTES_PER_SECOND * TICK_MS) / 1000;
  let position = 0;
  const timer = setInterval(() => {
    if (socket.destroyed) return clearInterval(timer);
    if (socket.writableNeedDrain) return;
    for (let left = tickBytes; left > 0;) {
      const part = bytes.subarray(position, position + left);
      socket.write(part);
      left -= part.length;
      position = (position + part.length) % bytes.length;
    }
  }, TICK_MS);
}

runProgram<HostileUpstreamProgram>(async (_plan, { signal, ready }) => {
  const server = createServer((socket) => {
    let request: Buffer = Buffer.alloc(0);
    socket.on("error", () => undefined);
    socket.on("data", (bytes: Buffer) => {
      request = Buffer.concat([request, bytes]);
      // A request has a head and a body as an answer has.
      const whole = readWholeAnswer(request);
      if (whole === undefined) return;
      request = request.subarray(whole.end);
      answer(socket, whole.body.toString());
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  ready(`http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`);
  await untilAborted(signal);
  return undefined;
});
