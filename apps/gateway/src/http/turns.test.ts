/** Over real sockets: what Node hands over, and when, is the question. */
import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { connect } from "node:net";
import type { Socket } from "node:net";
import { eventually } from "@slipstream/testkit/eventually";
import { expect, onTestFinished, test } from "vitest";
import { createTurnServer } from "./turn-server.ts";
import { Turns } from "./turns.ts";

interface Begun {
  readonly path: string;
  readonly response: ServerResponse;
}

interface Rig {
  readonly begun: readonly Begun[];
  connect(): Promise<Client>;
  /** Until the server has read what had been sent, and done what follows. */
  letPass(): Promise<void>;
}

interface Client {
  readonly socket: Socket;
  readonly closed: Promise<unknown>;
  text: string;
}

/** @param isQuick Whether requests are answered at once. */
async function start(isQuick: boolean): Promise<Rig> {
  const begun: Begun[] = [];
  const server = createTurnServer({
    turns: new Turns(),
    handle(message, response) {
      const path = message.url ?? "";
      begun.push({ path, response });
      if (isQuick) response.end(path);
    },
    handleExpectation: () => undefined,
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const port = typeof address === "object" ? (address?.port ?? 0) : 0;
  return {
    begun,
    async connect() {
      const socket = connect(port, "127.0.0.1");
      const closed = new Promise((resolve) => socket.once("close", resolve));
      const client: Client = { socket, closed, text: "" };
      socket.on("data", (bytes) => (client.text += bytes.toString()));
      // "close" follows and says the same.
      socket.on("error", () => undefined);
      await once(socket, "connect");
      return client;
    },
    async letPass() {
      for (let round = 0; round < 3; round++) {
        const socket = connect(port, "127.0.0.1");
        socket.end("no http\r\n\r\n").resume();
        await once(socket, "close");
      }
    },
  };
}

function request(path: string): string {
  return `GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`;
}

function requests(count: number, name: string): string {
  return Array.from({ length: count }, (_, index) => request(`/${name}${index}`)).join("");
}

function pathsOf({ begun }: Rig): readonly string[] {
  return begun.map(({ path }) => path);
}

test("what is sent behind a request begins when that has been answered", async () => {
  const rig = await start(false);
  const client = await rig.connect();
  client.socket.write(requests(3, "a"));
  for (let index = 0; index < 3; index++) {
    await eventually(() => expect(rig.begun).toHaveLength(index + 1));
    await rig.letPass();
    expect(rig.begun).toHaveLength(index + 1);
    rig.begun[index]?.response.end(`answer ${index}`);
  }
  await eventually(() => expect(client.text.match(/answer \d/g)).toHaveLength(3));
  expect(pathsOf(rig)).toEqual(["/a0", "/a1", "/a2"]);
  expect(client.text.match(/answer \d/g)).toEqual(["answer 0", "answer 1", "answer 2"]);
});

test("between two requests of one connection others have their turn", async () => {
  const rig = await start(true);
  const [greedy, modest] = [await rig.connect(), await rig.connect()];
  greedy.socket.write(requests(60, "greedy"));
  modest.socket.write(request("/modest"));
  await eventually(() => expect(rig.begun).toHaveLength(61));
  expect(pathsOf(rig).indexOf("/modest")).toBeLessThan(10);
});

test("who sends too much behind one request gets its answer, and the connection is closed", async () => {
  const rig = await start(false);
  const client = await rig.connect();
  client.socket.write(requests(66, "a"));
  await eventually(() => expect(rig.begun).toHaveLength(1));
  await rig.letPass();
  rig.begun[0]?.response.end("answer 0");
  await client.closed;
  expect(client.text).toContain("answer 0");
  expect(client.text).toMatch(/connection: close/i);
  expect(rig.begun).toHaveLength(1);
});

test("as many as may wait are answered", async () => {
  const rig = await start(true);
  const client = await rig.connect();
  client.socket.write(requests(65, "a"));
  await eventually(() => expect(client.text.match(/200 OK/g)).toHaveLength(65));
});

test("an answer that has begun is still given to its end", async () => {
  const rig = await start(false);
  const client = await rig.connect();
  client.socket.write(request("/first"));
  await eventually(() => expect(rig.begun).toHaveLength(1));
  rig.begun[0]?.response.write("begin");
  client.socket.write(requests(200, "a"));
  await eventually(() => expect(client.text).toContain("begin"));
  await rig.letPass();
  rig.begun[0]?.response.end("end");
  await client.closed;
  expect(client.text).toMatch(/begin\r\n3\r\nend\r\n0\r\n\r\n$/);
  expect(rig.begun).toHaveLength(1);
});

test("what waits is dropped when the client leaves", async () => {
  const rig = await start(false);
  const client = await rig.connect();
  client.socket.write(requests(10, "a"));
  await eventually(() => expect(rig.begun).toHaveLength(1));
  const left = once(rig.begun[0]?.response ?? client.socket, "close");
  client.socket.destroy();
  await left;
  await rig.letPass();
  expect(rig.begun).toHaveLength(1);
});

test("the last request that a connection may send is told so, and nothing follows", async () => {
  const rig = await start(true);
  const client = await rig.connect();
  for (let sent = 0; sent < 10_000; sent += 50) {
    client.text = "";
    client.socket.write(requests(50, "a"));
    await eventually(() => expect(client.text.match(/200 OK/g)).toHaveLength(50));
    expect(/connection: close/i.test(client.text)).toBe(sent === 9950);
  }
  client.socket.write(request("/late"));
  await client.closed;
  expect(rig.begun).toHaveLength(10_000);
});
