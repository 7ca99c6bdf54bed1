/** What an exchange and its connection owe each other, over real sockets. */
import { lookup } from "node:dns";
import { once } from "node:events";
import { Socket, createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { GatewayError } from "@slipstream/contracts/errors";
import type {
  UpstreamExchange,
  UpstreamRequest,
  UpstreamSink,
} from "@slipstream/contracts/upstream";
import { FakeClock } from "@slipstream/testkit/fake-clock";
import { eventually } from "@slipstream/testkit/eventually";
import { testDeployment } from "@slipstream/testkit/routes";
import { expect, onTestFinished, test, vi } from "vitest";
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
  const upstream = createHttpUpstream(new FakeClock());
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

type Callback = "opening" | "sent" | "sentAgain" | "head" | "frame" | "end" | "failed";

/** What a sink was told, and what it does when it is. */
interface Log {
  readonly told: Callback[];
  /** With which `failed` was told. */
  error?: GatewayError;
  readonly on?: Partial<Record<Callback, () => void>>;
}

function toSink(log: Log): UpstreamSink {
  const tell = (callback: Callback): void => {
    log.told.push(callback);
    log.on?.[callback]?.();
  };
  const failed = (error: GatewayError): void => {
    log.error = error;
    tell("failed");
  };
  const body = { frame: () => tell("frame"), end: () => tell("end"), failed };
  return {
    opening: () => tell("opening"),
    sent: () => tell("sent"),
    sentAgain: () => tell("sentAgain"),
    head: () => {
      tell("head");
      return body;
    },
    failed,
  };
}

test("who leaves while a connection is opened in its turn takes it along", async () => {
  // Nobody answers the handshakes: no connection is ever open.
  const { port, sockets } = await startRig(() => undefined);
  const pool = new ConnectionPool(new Origin(new URL(`https://127.0.0.1:${port}`), lookup), {
    connectionsMax: 1,
    waitingMax: 1,
  });
  const told: Callback[] = [];
  const start = (): HttpExchange => {
    const exchange = new HttpExchange({
      clock: new FakeClock(),
      pool,
      sink: toSink({ told }),
      head: "",
      body: SMALL,
    });
    exchange.start();
    return exchange;
  };
  const [first, second] = [start(), start()];
  // The second waits for us, not for the upstream.
  expect(told).toEqual(["opening"]);
  await eventually(() => expect(sockets).toHaveLength(1));
  first.abort();
  await eventually(() => expect(sockets).toHaveLength(2));
  second.abort();
  await eventually(() => expect(sockets[1]?.destroyed).toBe(true));
  await pool.close();
  expect(told).toEqual(["opening", "opening"]);
});

test.each(["abort", "keep", "neither"] as const)(
  "whether a connection is used again is said by its exchange: %s",
  async (word) => {
    const rig = await startRig((socket) => {
      socket.write(WITH_LENGTH);
      socket.on("data", () => socket.write(WITH_LENGTH));
    });
    const first: Log = { told: [] };
    const exchange = rig.send(first);
    await eventually(() => expect(first.told).toContain("end"));
    if (word !== "neither") exchange[word]();
    // The first word counts.
    exchange.keep();
    if (word === "neither") expect(rig.sockets[0]?.destroyed).toBe(false);
    exchange.abort();
    await nextTurn();
    await nextTurn();
    const second: Log = { told: [] };
    rig.send(second);
    await eventually(() => expect(second.told).toContain("end"));
    expect(second.told.includes("opening")).toBe(word === "abort");
  },
);

test("a connection about whose answer nothing is said is given up after a while", async () => {
  const setTimeout = vi.spyOn(Socket.prototype, "setTimeout");
  onTestFinished(() => setTimeout.mockRestore());
  const rig = await startRig((socket) => socket.write(WITH_LENGTH));
  const log: Log = { told: [] };
  rig.send(log);
  await eventually(() => expect(log.told).toContain("end"));
  expect(setTimeout).toHaveBeenLastCalledWith(4000);
});

test.each(["abort", "keep"] as const)(
  "whoever waits for a connection leaves with %s",
  async (word) => {
    const { port, sockets } = await startRig(() => undefined);
    const origin = new Origin(new URL(`http://127.0.0.1:${port}`), lookup);
    const pool = new ConnectionPool(origin, { connectionsMax: 1, waitingMax: 1 });
    const start = (log: Log): HttpExchange => {
      const options = { clock: new FakeClock(), pool, head: "", body: SMALL };
      const exchange = new HttpExchange({ ...options, sink: toSink(log) });
      exchange.start();
      return exchange;
    };
    const first = start({ told: [] });
    const left: Log = { told: [] };
    start(left)[word]();
    const last: Log = { told: [] };
    const other = start(last);
    await eventually(() => expect(sockets).toHaveLength(1));
    first.abort();
    await eventually(() => expect(last.told).toEqual(OPENED));
    expect([left.told, sockets.length]).toEqual([[], 2]);
    other.abort();
    await pool.close();
  },
);

test("an answer of which a part is missing is not kept, however good it was", async () => {
  const rig = await startRig((socket) => socket.write(`${CHUNKED}2\r\nok\r\n`));
  const log: Log = { told: [], on: { frame: () => exchange.keep() } };
  const exchange = rig.send(log);
  await eventually(() => expect(rig.sockets[0]?.destroyed).toBe(true));
  expect(log.told).toEqual(["opening", "sent", "head", "frame"]);
});

test("an answer that comes before a large request is whole costs the connection", async () => {
  const rig = await startRig((socket) => socket.pause().write(WITH_LENGTH));
  const large: Log = { told: [], on: { end: () => exchange.keep() } };
  const small: Log = { told: [] };
  const exchange = rig.send(large, Buffer.alloc(32 * 1024 * 1024));
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
  expect(held.told).toEqual(["opening", "sent", "head"]);
  exchange.resume();
  await eventually(() => expect(held.told).toEqual([...OPENED, "head", "frame", "end"]));
});

const OPENED: readonly Callback[] = ["opening", "sent"];

function breakDown(): never {
  throw new Error("a fault of the sink");
}

test.each([
  ["opening", ["opening", "failed"]],
  ["sent", [...OPENED, "failed"]],
  ["head", [...OPENED, "head", "failed"]],
  ["frame", [...OPENED, "head", "frame", "failed"]],
  ["end", [...OPENED, "head", "frame", "end", "failed"]],
] as const)(
  "a sink that throws in %s: our fault, and the end of one exchange",
  async (at, told) => {
    for (const answer of [WITH_LENGTH, UNTIL_CLOSE, `${CHUNKED}2\r\nok\r\n0\r\n\r\n`]) {
      const rig = await startRig((socket) => {
        if (answer === UNTIL_CLOSE) socket.end(answer);
        else socket.write(answer);
      });
      const log: Log = { told: [], on: { [at]: breakDown } };
      rig.send(log);
      await eventually(() => expect(log.told).toEqual(told));
      expect(log.error).toMatchObject({ code: "internal_error", spec: { retryable: false } });
      if (at !== "opening") await eventually(() => expect(rig.sockets[0]?.destroyed).toBe(true));
    }
  },
);

test("nor is a request sent again because of a fault of ours", async () => {
  let requests = 0;
  const rig = await startRig((socket) => {
    requests++;
    socket.write(WITH_LENGTH);
    socket.on("data", (data) => (requests += data.includes("POST") ? 1 : 0));
  });
  const first: Log = { told: [], on: { end: () => exchange.keep() } };
  const exchange = rig.send(first);
  await eventually(() => expect(first.told).toContain("end"));
  await nextTurn();
  await nextTurn();
  const second: Log = { told: [], on: { sent: breakDown } };
  rig.send(second);
  await eventually(() => expect(second.told).toEqual(["sent", "failed"]));
  expect(second.error?.code).toBe("internal_error");
  await eventually(() => expect(rig.sockets[0]?.destroyed).toBe(true));
  expect([rig.sockets.length, requests <= 2]).toEqual([1, true]);
});

test("nothing is opened after close, wherever it should go", async () => {
  const { port, sockets } = await startRig(() => undefined);
  const upstream = createHttpUpstream(new FakeClock());
  await upstream.close();
  const deployment = testDeployment("raw/m", { baseUrl: `http://127.0.0.1:${port}` });
  const log: Log = { told: [] };
  upstream.send({ deployment, path: "/", body: SMALL, headers: {} }, toSink(log));
  expect(log.told).toEqual([]);
  await eventually(() => expect(log.told).toEqual(["failed"]));
  expect(sockets).toEqual([]);
});
