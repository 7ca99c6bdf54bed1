/** An upstream whose streams never end. They take turns, so that each comes in single events. */
import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";

const EVENT_BYTES = 16_000;
/** 400 MB per second, whoever takes them. */
const EVENTS_PER_TICK = 50;
const TICK_MS = 2;

const HEAD = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n";
const CHUNK = { choices: [{ index: 0, delta: { content: "x".repeat(EVENT_BYTES) } }] };
const EVENT = Buffer.from(`data: ${JSON.stringify(CHUNK)}\n\n`);

export interface EndlessUpstream {
  readonly url: string;
  /** One for each request; open as long as its stream goes on. */
  readonly streams: readonly Socket[];
  close(): void;
}

export async function startEndlessUpstream(): Promise<EndlessUpstream> {
  const streams: Socket[] = [];
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.once("data", () => {
      socket.write(HEAD);
      streams.push(socket);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  let turn = 0;
  const timer = setInterval(() => {
    for (let served = 0; served < EVENTS_PER_TICK && streams.length > 0; served++) {
      const stream = streams[turn++ % streams.length];
      if (stream?.writable === true && !stream.writableNeedDrain) stream.write(EVENT);
    }
  }, TICK_MS);
  return {
    url: `http://127.0.0.1:${port}/v1`,
    streams,
    close() {
      clearInterval(timer);
      server.close();
    },
  };
}
