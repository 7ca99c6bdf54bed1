/** Connections that an upstream closes under a request, over real sockets. */
import { createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { setImmediate } from "node:timers/promises";
import type { UpstreamExchange, UpstreamRequest } from "@slipstream/contracts/upstream";
import { testDeployment } from "@slipstream/testkit/routes";
import { expect, onTestFinished, test } from "vitest";
import { createHttpUpstream } from "./http-upstream.ts";

const ANSWER = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
const BODY = Buffer.from("{}");

/** What a server does with the requests of one connection after the other. */
type Deed = "answer" | "fin" | "reset" | "half an answer";

/** @param deeds By connection, then by request. */
async function startServer(deeds: readonly (readonly Deed[])[]): Promise<Rig> {
  const seen: Deed[] = [];
  let connections = 0;
  const server = createServer((socket) => {
    const own = [...(deeds[connections++] ?? [])];
    socket.on("error", () => undefined);
    socket.on("data", (data) => {
      // A body may come behind its head.
      if (!data.includes("POST ")) return;
      const deed = own.shift() ?? "reset";
      seen.push(deed);
      perform(deed, socket);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const upstream = createHttpUpstream();
  onTestFinished(async () => {
    await upstream.close();
    server.close();
  });
  const deployment = testDeployment("raw/m", { baseUrl: `http://127.0.0.1:${port}` });
  let exchange: UpstreamExchange | undefined;
  return {
    seen,
    get connections() {
      return connections;
    },
    get exchange() {
      if (exchange === undefined) throw new Error("nothing was asked");
      return exchange;
    },
    ask: async (body = BODY) => {
      // A connection is free in the turn after the one in which its answer has ended.
      await setImmediate();
      return new Promise((resolve) => {
        const request = { deployment, path: "/", body, headers: {} };
        let sent = 0;
        exchange = upstream.send(request, {
          sent: () => void sent++,
          head: () => ({
            frame: () => undefined,
            end: () => resolve(`answered, sent ${sent}`),
            failed: ({ code }) => resolve(code),
          }),
          failed: ({ code }) => resolve(`${code}, sent ${sent}`),
        });
      });
    },
  };
}

interface Rig {
  /** In the order in which requests came. */
  readonly seen: readonly Deed[];
  /** Opened so far. */
  readonly connections: number;
  /** Sends one request. @returns what became of it. */
  ask(body?: UpstreamRequest["body"]): Promise<string>;
  /** Of the request that was asked last. */
  readonly exchange: UpstreamExchange;
}

function perform(deed: Deed, socket: Socket): void {
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
    case "half an answer":
      socket.write(ANSWER.slice(0, -1), () => socket.resetAndDestroy());
  }
}

test.each(["fin", "reset"] as const)("a kept connection ends with %s: a new one", async (deed) => {
  const rig = await startServer([["answer", deed], ["answer"]]);
  expect(await rig.ask()).toBe("answered, sent 1");
  expect(await rig.ask()).toBe("answered, sent 1");
  expect(rig.seen).toEqual(["answer", deed, "answer"]);
});

test("and only one", async () => {
  const rig = await startServer([["answer", "reset"], ["reset"], ["answer"]]);
  expect(await rig.ask()).toBe("answered, sent 1");
  expect(await rig.ask()).toBe("upstream_unreachable, sent 1");
  expect(rig.seen).toEqual(["answer", "reset", "reset"]);
});

test("a new connection that ends is the upstream's failure", async () => {
  const rig = await startServer([["reset"], ["answer"]]);
  expect(await rig.ask()).toBe("upstream_unreachable, sent 1");
  expect(rig.seen).toEqual(["reset"]);
});

test("an answer that has begun is never asked for again", async () => {
  const rig = await startServer([["answer", "half an answer"], ["answer"]]);
  expect(await rig.ask()).toBe("answered, sent 1");
  expect(await rig.ask()).toBe("upstream_truncated");
  expect(rig.seen).toEqual(["answer", "half an answer"]);
});

test("a body that is sent as it arrives cannot be sent again", async () => {
  const rig = await startServer([["answer", "reset"], ["answer"]]);
  expect(await rig.ask()).toBe("answered, sent 1");
  const frames = (async function* () {
    yield BODY;
  })();
  expect(await rig.ask({ bytes: BODY.length, frames })).toBe("upstream_unreachable, sent 1");
});

test("the new connection is kept too", async () => {
  const rig = await startServer([
    ["answer", "reset"],
    ["answer", "answer", "answer"],
  ]);
  for (let request = 0; request < 4; request++) expect(await rig.ask()).toBe("answered, sent 1");
  expect(rig.seen).toEqual(["answer", "reset", "answer", "answer", "answer"]);
});

test("the connection of a discarded answer is not used again", async () => {
  const rig = await startServer([["answer", "answer"], ["answer"]]);
  await rig.ask();
  rig.exchange.discard();
  expect(await rig.ask()).toBe("answered, sent 1");
  expect(rig.connections).toBe(2);
});

test("unless it has carried another since", async () => {
  const rig = await startServer([["answer", "answer", "answer"]]);
  await rig.ask();
  const first = rig.exchange;
  await rig.ask();
  first.discard();
  expect(await rig.ask()).toBe("answered, sent 1");
  expect(rig.connections).toBe(1);
});

test("discarding twice costs one connection", async () => {
  const rig = await startServer([["answer"], ["answer", "answer"]]);
  await rig.ask();
  const first = rig.exchange;
  first.discard();
  await rig.ask();
  first.discard();
  expect(await rig.ask()).toBe("answered, sent 1");
  expect(rig.connections).toBe(2);
});
