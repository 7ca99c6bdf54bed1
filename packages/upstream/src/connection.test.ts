/** Connections that an upstream closes under a request, over real sockets. */
import { lookup } from "node:dns";
import { createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { setImmediate } from "node:timers/promises";
import type { GatewayError } from "@slipstream/contracts/errors";
import type { UpstreamExchange, UpstreamRequest } from "@slipstream/contracts/upstream";
import { FakeClock } from "@slipstream/testkit/fake-clock";
import { testDeployment } from "@slipstream/testkit/routes";
import { expect, onTestFinished, test } from "vitest";
import { ConnectionPool } from "./connection-pool.ts";
import { HttpExchange } from "./http-exchange.ts";
import { createHttpUpstream } from "./http-upstream.ts";
import { Origin } from "./origin.ts";

const ANSWER = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
const BODY = Buffer.from("{}");

/** What a server does with the requests of one connection after the other. */
type Deed = "answer" | "fin" | "reset" | "half a head" | "half an answer" | "late reset";

/** @param deeds By connection, then by request. */
async function startServer(deeds: readonly (readonly Deed[])[]): Promise<Rig> {
  const seen: Deed[] = [];
  let connections = 0;
  const clock = new FakeClock();
  const server = createServer((socket) => {
    const own = [...(deeds[connections++] ?? [])];
    socket.on("error", () => undefined);
    socket.on("data", (data) => {
      // A body may come behind its head.
      if (!data.includes("POST ")) return;
      const deed = own.shift() ?? "reset";
      seen.push(deed);
      perform(deed, socket, clock);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const upstream = createHttpUpstream(clock);
  onTestFinished(async () => {
    await upstream.close();
    server.close();
  });
  const deployment = testDeployment("raw/m", { baseUrl: `http://127.0.0.1:${port}` });
  return {
    url: `http://127.0.0.1:${port}`,
    seen,
    get connections() {
      return connections;
    },
    ask: async (body = BODY) => {
      // A connection is free when its socket has been looked at once more since its answer has ended.
      await setImmediate();
      await setImmediate();
      return new Promise((resolve) => {
        const request = { deployment, path: "/", body, headers: {} };
        let sent = 0;
        let again = 0;
        const tell = (what: string): void => resolve(`${what}, sent ${sent}, again ${again}`);
        const exchange: UpstreamExchange = upstream.send(request, {
          opening: () => undefined,
          sent: () => void sent++,
          sentAgain: () => void again++,
          head: () => ({
            frame: () => undefined,
            end: () => {
              exchange.keep();
              tell("answered");
            },
            failed: ({ code }) => tell(code),
          }),
          failed: ({ code }) => tell(code),
        });
      });
    },
  };
}

interface Rig {
  readonly url: string;
  /** In the order in which requests came. */
  readonly seen: readonly Deed[];
  /** Opened so far. */
  readonly connections: number;
  /** Sends one request. @returns what became of it. */
  ask(body?: UpstreamRequest["body"]): Promise<string>;
}

function perform(deed: Deed, socket: Socket, clock: FakeClock): void {
  switch (deed) {
    case "answer":
      socket.write(ANSWER);
      break;
    case "fin":
      socket.end();
      break;
    case "reset":
      socket.resetAndDestroy();
      break;
    case "half a head":
      socket.write(ANSWER.slice(0, 20), () => socket.resetAndDestroy());
      break;
    case "late reset":
      clock.advance(1000);
      socket.resetAndDestroy();
      break;
    case "half an answer":
      socket.write(ANSWER.slice(0, -1), () => socket.resetAndDestroy());
  }
}

const GOOD = "answered, sent 1, again 0";
const AGAIN = "answered, sent 1, again 1";
const LOST = "upstream_unreachable, sent 1, again 0";

test.each(["fin", "reset"] as const)("a kept connection ends with %s: a new one", async (deed) => {
  const rig = await startServer([["answer", deed], ["answer"]]);
  expect(await rig.ask()).toBe(GOOD);
  expect(await rig.ask()).toBe(AGAIN);
  expect(rig.seen).toEqual(["answer", deed, "answer"]);
});

test("and only one", async () => {
  const rig = await startServer([["answer", "reset"], ["reset"], ["answer"]]);
  expect(await rig.ask()).toBe(GOOD);
  expect(await rig.ask()).toBe("upstream_unreachable, sent 1, again 1");
  expect(rig.seen).toEqual(["answer", "reset", "reset"]);
});

test("also where that is a kept one, because there may be no more", async () => {
  const rig = await startServer([["answer", "reset"], ["answer", "reset"], ["answer"]]);
  const origin = new Origin(new URL(rig.url), lookup);
  const pool = new ConnectionPool(origin, { connectionsMax: 2, waitingMax: 1 });
  const log: string[] = [];
  const ask = (): Promise<void> =>
    new Promise((resolve) => {
      const end = (what: string): void => {
        log.push(what);
        exchange.keep();
        resolve();
      };
      const failed = ({ code }: GatewayError): void => end(code);
      const sink = {
        opening: () => undefined,
        sent: () => log.push("sent"),
        sentAgain: () => log.push("again"),
        head: () => ({ frame: () => undefined, end: () => end("answered"), failed }),
        failed,
      };
      const head = "POST / HTTP/1.1\r\n\r\n";
      const exchange = new HttpExchange({ clock: new FakeClock(), pool, sink, head, body: BODY });
      exchange.start();
    });
  await Promise.all([ask(), ask()]);
  log.length = 0;
  await setImmediate();
  await ask();
  expect(log).toEqual(["sent", "again", "upstream_unreachable"]);
  expect(rig.connections).toBe(2);
  await pool.close();
});

test("a new connection that ends is the upstream's failure", async () => {
  const rig = await startServer([["reset"], ["answer"]]);
  expect(await rig.ask()).toBe(LOST);
  expect(rig.seen).toEqual(["reset"]);
});

test("a kept connection that ends when the request may have been worked on is, too", async () => {
  const rig = await startServer([["answer", "late reset"], ["answer"]]);
  expect(await rig.ask()).toBe(GOOD);
  expect(await rig.ask()).toBe(LOST);
  expect(rig.seen).toEqual(["answer", "late reset"]);
});

test.each(["half a head", "half an answer"] as const)(
  "an answer that has begun is never asked for again: %s",
  async (deed) => {
    const rig = await startServer([["answer", deed], ["answer"]]);
    expect(await rig.ask()).toBe(GOOD);
    const code = deed === "half a head" ? "upstream_unreachable" : "upstream_truncated";
    expect(await rig.ask()).toBe(`${code}, sent 1, again 0`);
    expect(rig.seen).toEqual(["answer", deed]);
  },
);

test("a body that is sent as it arrives cannot be sent again", async () => {
  const rig = await startServer([["answer", "reset"], ["answer"]]);
  expect(await rig.ask()).toBe(GOOD);
  const frames = (async function* () {
    yield BODY;
  })();
  expect(await rig.ask({ bytes: BODY.length, frames })).toBe(LOST);
});

test("the new connection is kept too", async () => {
  const rig = await startServer([
    ["answer", "reset"],
    ["answer", "answer", "answer"],
  ]);
  expect(await rig.ask()).toBe(GOOD);
  expect(await rig.ask()).toBe(AGAIN);
  for (let request = 0; request < 2; request++) expect(await rig.ask()).toBe(GOOD);
  expect(rig.seen).toEqual(["answer", "reset", "answer", "answer", "answer"]);
});
