/** Which connection carries whom, over real sockets. */
import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";
import { eventually } from "@slipstream/testkit/eventually";
import { expect, onTestFinished, test } from "vitest";
import type { Connection, Passenger } from "./connection.ts";
import { ConnectionPool } from "./connection-pool.ts";
import { Origin } from "./origin.ts";

const ANSWER = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
const NO_BODY = Buffer.alloc(0);

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
  const pool = new ConnectionPool(new Origin(new URL(`http://127.0.0.1:${port}`)), connectionsMax);
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await pool.close();
    server.close();
  });
  return { server, sockets, pool };
}

class Rider implements Passenger {
  readonly log: string[] = [];

  assigned(): void {}

  board(connection: Connection): void {
    this.log.push("board");
    connection.send("POST / HTTP/1.1\r\n\r\n", NO_BODY);
  }

  head(): void {}

  frame(): void {}

  end(): void {
    this.log.push("end");
  }

  lost(): void {
    this.log.push("lost");
  }
}

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
  await eventually(() => expect(second.log).toEqual(["board"]));
  sockets[0]?.write(ANSWER);
  await eventually(() => expect(fourth.log).toEqual(["board"]));
  expect([first.log, second.log, third.log]).toEqual([["board", "end"], ["board", "end"], []]);
  expect(sockets).toHaveLength(1);
});

test("the place of one that is lost goes to who waits, on a new connection", async () => {
  const { sockets, pool } = await startRig(1);
  const first = await ride(pool);
  const second = new Rider();
  pool.admit(second);
  sockets[0]?.destroy();
  await eventually(() => expect([first.log, second.log]).toEqual([["board", "lost"], ["board"]]));
  expect(sockets).toHaveLength(2);
});

test.each([
  ["says that it closes", "connection: close\r\n"],
  ["keeps it for a second only", "keep-alive: timeout=1\r\n"],
])("an upstream that %s gets no second request on it", async (_name, header) => {
  const { sockets, pool } = await startRig(2);
  const first = await ride(pool);
  sockets[0]?.write(ANSWER.replace("\r\n\r\n", `\r\n${header}\r\n`));
  await eventually(() => expect(first.log).toEqual(["board", "end"]));
  await ride(pool);
  await eventually(() => expect(sockets).toHaveLength(2));
});

test.each([
  ["behind an answer", `${ANSWER}HTTP/1.1`],
  ["later", ANSWER],
])("bytes that nobody asked for, %s, cost the connection", async (when, bytes) => {
  const { sockets, pool } = await startRig(2);
  const first = await ride(pool);
  sockets[0]?.write(bytes);
  await eventually(() => expect(first.log).toEqual(["board", "end"]));
  if (when === "later") sockets[0]?.write(ANSWER);
  await eventually(() => expect(sockets[0]?.destroyed).toBe(true));
  const second = await ride(pool);
  sockets[1]?.write(ANSWER);
  await eventually(() => expect(second.log).toEqual(["board", "end"]));
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
  const running = await ride(pool);
  const other = await ride(pool);
  const [opening, waiting, late] = [new Rider(), new Rider(), new Rider()];
  pool.admit(opening);
  pool.admit(waiting);
  const closed = pool.close();
  expect([opening.log, waiting.log]).toEqual([["lost"], ["lost"]]);
  pool.admit(late);
  await eventually(() => expect(late.log).toEqual(["lost"]));
  for (const socket of sockets) socket.write(ANSWER);
  await closed;
  expect([running.log, other.log]).toEqual([
    ["board", "end"],
    ["board", "end"],
  ]);
});
