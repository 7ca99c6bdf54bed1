/**
 * One name whose resolver is silent, and all others: over real sockets, with the system's look-ups played as
 * libuv runs them, two at a time and first come first served.
 */
import dns from "node:dns";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { GatewayError } from "@slipstream/contracts/errors";
import type { Upstream, UpstreamExchange } from "@slipstream/contracts/upstream";
import { FakeClock } from "@slipstream/testkit/fake-clock";
import { testDeployment } from "@slipstream/testkit/routes";
import { expect, onTestFinished, test, vi } from "vitest";
import { createHttpUpstream } from "../src/http-upstream.ts";

/** As many as libuv runs at the same time. */
const THREADS = 2;
const SILENT = "silent.test";
const REQUESTS = 30;
/** Beyond the patience for a name that is known, and far below what a silent resolver takes. */
const LATE_MS_MAX = 1000;

type Found = (error: Error | null, addresses: readonly dns.LookupAddress[]) => void;

/** @returns the names that were asked for, in order. */
function playSystem(): readonly string[] {
  const asked: string[] = [];
  const waiting: (readonly [name: string, found: Found])[] = [];
  let free = THREADS;
  function work(): void {
    const next = free > 0 ? waiting.shift() : undefined;
    if (next === undefined) return;
    free--;
    const [name, found] = next;
    if (name === SILENT) return work();
    setImmediate(() => {
      free++;
      // The first has nobody who listens.
      found(null, [
        { address: "127.0.0.9", family: 4 },
        { address: "127.0.0.1", family: 4 },
      ]);
      work();
    });
    return work();
  }
  function lookUp(name: string, _options: object, found: Found): void {
    asked.push(name);
    waiting.push([name, found]);
    work();
  }
  vi.spyOn(dns, "lookup").mockImplementation(lookUp as unknown as typeof dns.lookup);
  onTestFinished(() => void vi.restoreAllMocks());
  return asked;
}

function nothing(): void {}

interface Rig {
  readonly asked: readonly string[];
  readonly upstream: Upstream;
  /** On a connection of its own. @returns what became of it, and in which time. */
  ask(host: string): Promise<{ readonly what: string; readonly tookMs: number }>;
  /** Asks, and leaves when nothing has come of it. */
  askSilent(): UpstreamExchange;
}

async function start(): Promise<Rig> {
  const server = createServer((_request, response) => response.end("ok"));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  // Servers ask for their own address too.
  const asked = playSystem();
  const upstream = createHttpUpstream(new FakeClock());
  onTestFinished(async () => {
    await upstream.close();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  function send(host: string, done: (what: string) => void): UpstreamExchange {
    const deployment = testDeployment(host, { baseUrl: `http://${host}:${port}` });
    const failed = ({ code }: GatewayError): void => done(code);
    const body = { frame: () => undefined, end: () => done("answered"), failed };
    const request = { deployment, path: "/", body: Buffer.from("{}"), headers: {} };
    const sink = { opening: nothing, sent: nothing, sentAgain: nothing, failed };
    return upstream.send(request, { ...sink, head: () => body });
  }
  return {
    asked,
    upstream,
    ask: (host) =>
      new Promise((resolve) => {
        const startMs = performance.now();
        const exchange = send(host, (what) => {
          exchange.abort();
          resolve({ what, tookMs: performance.now() - startMs });
        });
      }),
    askSilent: () => send(SILENT, () => undefined),
  };
}

test("any number of requests to it change nothing for others that need new connections", async () => {
  const rig = await start();
  expect(await rig.ask("seen.test")).toMatchObject({ what: "answered" });
  for (let request = 0; request < REQUESTS; request++) {
    const exchange = rig.askSilent();
    // Some have been given up before others come.
    if (request % 2 === 0) exchange.abort();
  }
  for (const host of ["seen.test", "new-1.test", "seen.test", "new-2.test"]) {
    const { what, tookMs } = await rig.ask(host);
    expect(what).toBe("answered");
    expect(tookMs).toBeLessThan(LATE_MS_MAX);
  }
  expect(rig.asked.filter((name) => name === SILENT)).toHaveLength(1);
});

test("a resolver that has become silent for all: who was known goes on", async () => {
  const rig = await start();
  expect(await rig.ask("seen.test")).toMatchObject({ what: "answered" });
  vi.mocked(dns.lookup).mockImplementation(() => undefined);
  for (let request = 0; request < 3; request++) {
    const { what, tookMs } = await rig.ask("seen.test");
    expect(what).toBe("answered");
    expect(tookMs).toBeLessThan(LATE_MS_MAX);
  }
});

test("an address is never asked for", async () => {
  const rig = await start();
  expect(await rig.ask("127.0.0.1")).toMatchObject({ what: "answered" });
  expect(await rig.ask("[::1]")).toMatchObject({ what: "upstream_unreachable" });
  expect(rig.asked).toEqual([]);
});
