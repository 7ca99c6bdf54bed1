/** What an exchange and its connection owe each other, over real sockets. */
import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import type {
  UpstreamExchange,
  UpstreamRequest,
  UpstreamSink,
} from "@slipstream/contracts/upstream";
import { eventually } from "@slipstream/testkit/eventually";
import { testDeployment } from "@slipstream/testkit/routes";
import { expect, onTestFinished, test } from "vitest";
import { ConnectionPool } from "./connection-pool.ts";
import { HttpExchange } from "./http-exchange.ts";
import { createHttpUpstream } from "./http-upstream.ts";
import { Origin } from "./origin.ts";

const WITH_LENGTH = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
const UNTIL_CLOSE = "HTTP/1.1 200 OK\r\n\r\nok";
const CHUNKED = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
const SMALL = Buffer.from("{}");

interface Rig {
  readonly port: number;
  /** The server's sides, in the order in which they were opened. */
  readonly sockets: readonly Socket[];
  send(log: Log, body?: UpstreamRequest["body"]): UpstreamExchange;
}

/** @param serve What a server does with the first bytes of a connection. */
async function startRig(serve: (socket: Socket) => void): Promise<Rig> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket.on("error", () => undefined));
    socket.once("data", () => serve(socket));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const upstream = createHttpUpstream();
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await upstream.close();
    server.close();
  });
  const deployment = testDeployment("raw/m", { baseUrl: `http://127.0.0.1:${port}` });
  return {
    port,
    sockets,
    send(log, body = SMALL) {
      return upstream.send({ deployment, path: "/", body, headers: {} }, toSink(log));
    },
  };
}

type Callback = "sent" | "head" | "frame" | "end" | "failed";

/** What a sink was told, and what it does when it is. */
interface Log {
  readonly told: Callback[];
  readonly on?: Partial<Record<Callback, () => void>>;
}

function toSink({ told, on }: Log): UpstreamSink {
  const tell = (callback: Callback): void => {
    told.push(callback);
    on?.[callback]?.();
  };
  const body = {
    frame: () => tell("frame"),
    end: () => tell("end"),
    failed: () => tell("failed"),
  };
  return {
    sent: () => tell("sent"),
    head: () => {
      tell("head");
      return body;
    },
    failed: () => tell("failed"),
  };
}

test("who leaves while a connection is opened in its turn takes it along", async () => {
  // Nobody answers the handshakes: no connection is ever open.
  const { port, sockets } = await startRig(() => undefined);
  const pool = new ConnectionPool(new Origin(new URL(`https://127.0.0.1:${port}`)), 1);
  const told: Callback[] = [];
  const start = (): HttpExchange => {
    const exchange = new HttpExchange({ pool, sink: toSink({ told }), head: "", body: SMALL });
    exchange.start();
    return exchange;
  };
  const [first, second] = [start(), start()];
  await eventually(() => expect(sockets).toHaveLength(1));
  first.abort();
  await eventually(() => expect(sockets).toHaveLength(2));
  second.abort();
  await eventually(() => expect(sockets[1]?.destroyed).toBe(true));
  await pool.close();
  expect(told).toEqual([]);
});

test("an answer that comes before a large request is whole costs the connection", async () => {
  const rig = await startRig((socket) => socket.pause().write(WITH_LENGTH));
  const large: Log = { told: [] };
  const small: Log = { told: [] };
  rig.send(large, Buffer.alloc(32 * 1024 * 1024));
  await eventually(() => expect(large.told).toContain("end"));
  await eventually(() => {
    if (small.told.length === 0) rig.send(small);
    expect(small.told).toContain("end");
  });
  expect(rig.sockets).toHaveLength(2);
});

test("an exchange can be paused from its head on", async () => {
  const rig = await startRig((socket) => socket.write(CHUNKED));
  const held: Log = { told: [], on: { head: () => exchange.pause() } };
  const exchange = rig.send(held);
  await eventually(() => expect(held.told).toContain("head"));
  // What comes on a later connection is read later.
  rig.sockets[0]?.write("2\r\nok\r\n0\r\n\r\n");
  const other: Log = { told: [] };
  rig.send(other);
  await eventually(() => expect(other.told).toContain("head"));
  expect(held.told).toEqual(["sent", "head"]);
  exchange.resume();
  await eventually(() => expect(held.told).toEqual(["sent", "head", "frame", "end"]));
});

function breakDown(): never {
  throw new Error("a fault of the sink");
}

test.each([
  ["sent", ["sent", "failed"]],
  ["head", ["sent", "head", "failed"]],
  ["frame", ["sent", "head", "frame", "failed"]],
  ["end", ["sent", "head", "frame", "end"]],
] as const)("a sink that throws in %s costs its own connection only", async (callback, told) => {
  for (const answer of [WITH_LENGTH, UNTIL_CLOSE, `${CHUNKED}2\r\nok\r\n0\r\n\r\n`]) {
    const rig = await startRig((socket) => {
      if (answer === UNTIL_CLOSE) socket.end(answer);
      else socket.write(answer);
    });
    const log: Log = { told: [], on: { [callback]: breakDown } };
    rig.send(log);
    await eventually(() => expect(log.told).toEqual(told));
    await eventually(() => expect(rig.sockets[0]?.destroyed).toBe(true));
  }
});

test("nothing is opened after close, wherever it should go", async () => {
  const { port, sockets } = await startRig(() => undefined);
  const upstream = createHttpUpstream();
  await upstream.close();
  const deployment = testDeployment("raw/m", { baseUrl: `http://127.0.0.1:${port}` });
  const log: Log = { told: [] };
  upstream.send({ deployment, path: "/", body: SMALL, headers: {} }, toSink(log));
  expect(log.told).toEqual([]);
  await eventually(() => expect(log.told).toEqual(["failed"]));
  expect(sockets).toEqual([]);
});
