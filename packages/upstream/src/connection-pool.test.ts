/** Which connection carries whom, over real sockets. */
import { lookup } from "node:dns";
import { once } from "node:events";
import { Socket, createServer } from "node:net";
import type { AddressInfo, Server } from "node:net";
import { setImmediate } from "node:timers/promises";
import { eventually } from "@slipstream/testkit/eventually";
import { expect, onTestFinished, test, vi } from "vitest";
import type { Connection, Passenger } from "./connection.ts";
import { ConnectionPool } from "./connection-pool.ts";
import { Origin } from "./origin.ts";

const ANSWER = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
const NO_BODY = Buffer.alloc(0);
const WAITING_MAX = 3;

interface Rig {
  readonly server: Server;
  /** The server's sides, in the order in which they were opened. */
  readonly sockets: readonly Socket[];
  readonly pool: ConnectionPool;
}

async function startRig(connectionsMax: number): Promise<Rig> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket.resume().on("error", () => undefined));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const origin = new Origin(new URL(`http://127.0.0.1:${port}`), lookup);
  const pool = new ConnectionPool(origin, { connectionsMax, waitingMax: WAITING_MAX });
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await pool.close();
    server.close();
  });
  return { server, sockets, pool };
}

class Rider implements Passenger {
  readonly log: string[] = [];
  /** Why it was lost. */
  error: Error | undefined;
  /** What it does when a part of its answer has come. */
  framed: (connection: Connection) => void = () => undefined;
  /** What it does when its answer has ended. */
  ended: (connection: Connection) => void = (connection) => connection.free();
  #connection: Connection | undefined;

  assigned(): void {
    this.log.push("assigned");
  }

  board(connection: Connection): void {
    this.#connection = connection;
    this.log.push("board");
    connection.send("POST / HTTP/1.1\r\n\r\n", NO_BODY);
  }

  head(): void {}

  frame(): void {
    if (this.#connection !== undefined) this.framed(this.#connection);
  }

  end(): void {
    this.log.push("end");
    if (this.#connection !== undefined) this.ended(this.#connection);
  }

  lost(error: Error): void {
    this.error = error;
    this.log.push("lost");
  }
}

const NEW = ["assigned", "board"];
const KEPT = ["board"];

async function ride(pool: ConnectionPool): Promise<Rider> {
  const rider = new Rider();
  pool.admit(rider);
  await eventually(() => expect(rider.log).toContain("board"));
  return rider;
}

test("who finds none free waits, in turn, and goes when it will", async () => {
  const { sockets, pool } = await startRig(1);
  const first = await ride(pool);
  const [second, third, fourth] = [new Rider(), new Rider(), new Rider()];
  for (const rider of [second, third, fourth]) pool.admit(rider);
  pool.leave(third);
  sockets[0]?.write(ANSWER);
  await eventually(() => expect(second.log).toEqual(KEPT));
  sockets[0]?.write(ANSWER);
  await eventually(() => expect(fourth.log).toEqual(KEPT));
  expect([first.log, second.log, third.log]).toEqual([[...NEW, "end"], [...KEPT, "end"], []]);
  expect(sockets).toHaveLength(1);
});

test("the place of one that is lost goes to who waits, on a new connection", async () => {
  const { sockets, pool } = await startRig(1);
  const first = await ride(pool);
  const second = new Rider();
  pool.admit(second);
  sockets[0]?.destroy();
  await eventually(() => expect([first.log, second.log]).toEqual([[...NEW, "lost"], NEW]));
  expect(sockets).toHaveLength(2);
});

test("the line has an end: who comes then is told at once that the gateway is overloaded", async () => {
  const { sockets, pool } = await startRig(1);
  await ride(pool);
  const riders = Array.from({ length: WAITING_MAX + 1 }, () => new Rider());
  for (const rider of riders) pool.admit(rider);
  const refused = riders.at(-1);
  expect(refused?.log).toEqual([]);
  await Promise.resolve();
  expect(refused?.error).toMatchObject({
    code: "overloaded",
    headers: { "retry-after": "1" },
  });
  expect(riders.slice(0, -1).map(({ log }) => log)).toEqual([[], [], []]);
  // A place that becomes free is given again.
  const [first] = riders;
  if (first !== undefined) pool.leave(first);
  const late = new Rider();
  pool.admit(late);
  for (let served = 0; served < WAITING_MAX; served++) {
    sockets[0]?.write(ANSWER);
    const rider = riders[served + 1] ?? late;
    if (rider !== refused) await eventually(() => expect(rider.log).toContain("board"));
  }
  await eventually(() => expect(late.log).toEqual(KEPT));
});

test.each([
  ["says that it closes", "connection: close\r\n"],
  ["keeps it for a second only", "keep-alive: timeout=1\r\n"],
])("an upstream that %s gets no second request on it", async (_name, header) => {
  const { sockets, pool } = await startRig(2);
  const first = await ride(pool);
  sockets[0]?.write(ANSWER.replace("\r\n\r\n", `\r\n${header}\r\n`));
  await eventually(() => expect(first.log).toEqual([...NEW, "end"]));
  await ride(pool);
  await eventually(() => expect(sockets).toHaveLength(2));
});

test("nor does one whose answer nobody has called good", async () => {
  const { sockets, pool } = await startRig(2);
  const first = await ride(pool);
  first.ended = () => undefined;
  sockets[0]?.write(ANSWER);
  await eventually(() => expect(first.log).toEqual([...NEW, "end"]));
  const second = await ride(pool);
  expect(second.log).toEqual(NEW);
});

test("nor does one whose answer was called good before its end", async () => {
  const { sockets, pool } = await startRig(2);
  const first = await ride(pool);
  const framed = new Promise<void>((resolve) => {
    first.framed = (connection) => {
      connection.free();
      resolve();
    };
  });
  sockets[0]?.write(ANSWER.slice(0, -1));
  await framed;
  const second = await ride(pool);
  expect(second.log).toEqual(NEW);
});

test("the connection that was used last is used first", async () => {
  const { sockets, pool } = await startRig(2);
  const riders = [await ride(pool), await ride(pool)];
  for (const [index, rider] of riders.entries()) {
    sockets[index]?.write(ANSWER);
    await eventually(() => expect(rider.log).toContain("end"));
  }
  await setImmediate();
  const third = await ride(pool);
  sockets[1]?.write(ANSWER);
  await eventually(() => expect(third.log).toEqual([...KEPT, "end"]));
});

/** What comes when nobody has asked. On loopback it waits in the kernel when the call returns. */
const UNASKED: Readonly<Record<string, (socket: Socket | undefined) => void>> = {
  "a whole answer": (socket) => socket?.write(ANSWER),
  "an end": (socket) => socket?.end(),
  "a reset": (socket) => socket?.resetAndDestroy(),
};

test.each(Object.keys(UNASKED))("%s that waits is read before the next request", async (what) => {
  const { sockets, pool } = await startRig(2);
  const first = await ride(pool);
  sockets[0]?.write(ANSWER);
  await eventually(() => expect(first.log).toEqual([...NEW, "end"]));
  // In the phase of the loop in which sockets have been read for this turn.
  await setImmediate();
  UNASKED[what]?.(sockets[0]);
  const second = new Rider();
  pool.admit(second);
  await eventually(() => expect(second.log).toEqual(NEW));
});

test.each(Object.keys(UNASKED))("%s right behind an answer is, too", async (what) => {
  const { sockets, pool } = await startRig(1);
  const first = await ride(pool);
  const second = new Rider();
  pool.admit(second);
  first.ended = (connection) => {
    connection.free();
    UNASKED[what]?.(sockets[0]);
  };
  sockets[0]?.write(ANSWER);
  await eventually(() => expect(second.log).toEqual(NEW));
});

test("and what has come while the socket was not read", async () => {
  const { sockets, pool } = await startRig(1);
  const first = await ride(pool);
  first.framed = (connection) => {
    connection.pause();
    sockets[0]?.write(ANSWER);
  };
  const second = new Rider();
  pool.admit(second);
  sockets[0]?.write(ANSWER);
  await eventually(() => expect(second.log).toEqual(NEW));
});

test.each([
  ["behind an answer", `${ANSWER}HTTP/1.1`],
  ["later", ANSWER],
])("bytes that nobody asked for, %s, cost the connection", async (when, bytes) => {
  const { sockets, pool } = await startRig(2);
  const first = await ride(pool);
  // Long enough that it is not closed for being idle while this test waits.
  sockets[0]?.write(bytes.replace("\r\n\r\n", "\r\nkeep-alive: timeout=60\r\n\r\n"));
  await eventually(() => expect(first.log).toEqual([...NEW, "end"]));
  if (when === "later") sockets[0]?.write(ANSWER);
  await eventually(() => expect(sockets[0]?.destroyed).toBe(true));
  const second = await ride(pool);
  sockets[1]?.write(ANSWER);
  await eventually(() => expect(second.log).toEqual([...NEW, "end"]));
});

test.each([
  ["none", "", 4000],
  ["a short one", "keep-alive: timeout=3\r\n", 2000],
  ["a long one", "keep-alive: timeout=45, max=100\r\n", 44_000],
  ["one too long", "keep-alive: timeout=600\r\n", 60_000],
])("the upstream's own time for idle connections: %s", async (_name, header, idleMs) => {
  const { sockets, pool } = await startRig(1);
  const setTimeout = vi.spyOn(Socket.prototype, "setTimeout");
  onTestFinished(() => setTimeout.mockRestore());
  const first = await ride(pool);
  sockets[0]?.write(ANSWER.replace("\r\n\r\n", `\r\n${header}\r\n`));
  await eventually(() => expect(first.log).toContain("end"));
  expect(setTimeout).toHaveBeenLastCalledWith(idleMs);
});

test("one that is idle is given up in the time that the upstream keeps it", async () => {
  const { sockets, pool } = await startRig(1);
  await ride(pool);
  const startMs = performance.now();
  sockets[0]?.write(ANSWER.replace("\r\n\r\n", "\r\nkeep-alive: timeout=2\r\n\r\n"));
  await eventually(() => expect(sockets[0]?.destroyed).toBe(true));
  expect(performance.now() - startMs).toBeLessThan(2000);
});

test("close ends what is idle, what waits and what is not open; what runs ends by itself", async () => {
  const { sockets, pool } = await startRig(3);
  const idle = await ride(pool);
  sockets[0]?.write(ANSWER);
  await eventually(() => expect(idle.log).toContain("end"));
  await setImmediate();
  const running = await ride(pool);
  const other = await ride(pool);
  const [opening, waiting, late] = [new Rider(), new Rider(), new Rider()];
  pool.admit(opening);
  pool.admit(waiting);
  const closed = pool.close();
  expect([opening.log, waiting.log]).toEqual([["assigned", "lost"], ["lost"]]);
  pool.admit(late);
  await eventually(() => expect(late.log).toEqual(["lost"]));
  for (const socket of sockets) socket.write(ANSWER);
  await closed;
  expect([running.log, other.log]).toEqual([
    [...KEPT, "end"],
    [...NEW, "end"],
  ]);
});
