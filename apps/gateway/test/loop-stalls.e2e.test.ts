/** What holds the gateway's own process up harms no stream of a healthy upstream. Real processes and sockets. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout } from "node:timers/promises";
import { startMockUpstream } from "@slipstream/mock-upstream/mock-server";
import type { MockUpstream } from "@slipstream/mock-upstream/mock-server";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startGatewayProcess } from "./gateway-process.ts";
import type { GatewayProcess } from "./gateway-process.ts";
import { postChat, streamOf } from "./gateway-rig.ts";
import { sendChat } from "./raw-client.ts";

const STREAMS = 20;
const FROZEN_MS = 3000;
const STALL_MS = 2000;
const MEGABYTE = 1024 * 1024;
/** Thirty megabytes, for which JSON.parse takes seconds. */
const COSTLY = `{"choices":[${"[],".repeat((30 * MEGABYTE) / 3)}1]}`;

let mock: MockUpstream;
let costly: Server;
let rig: GatewayProcess;

beforeAll(async () => {
  mock = await startMockUpstream();
  costly = createServer((_request, response) => {
    response.writeHead(200, { "content-type": "application/json" });
    response.end(COSTLY);
  }).listen(0, "127.0.0.1");
  await once(costly, "listening");
  const { port } = costly.address() as AddressInfo;
  rig = await startGatewayProcess(
    {
      healthy: ["mock/tokens=45,gap=100"],
      silent: ["mock/fail=stall,failAfter=3"],
      costly: ["costly:x"],
    },
    {
      upstreamUrl: mock.url,
      providers: { costly: `http://127.0.0.1:${port}/v1` },
      deadlines: { stallMs: STALL_MS },
    },
  );
});

afterAll(async () => {
  await rig.close();
  costly.close();
  costly.closeAllConnections();
  await mock.close();
});

async function startStreams(model: string, count: number): Promise<Promise<string>[]> {
  const clients = await Promise.all(
    Array.from({ length: count }, () => sendChat(rig, streamOf(model))),
  );
  return clients.map(async (client) => (await client.answered()).body);
}

function isWhole(body: string): boolean {
  return body.endsWith("data: [DONE]\n\n");
}

test("a process that was frozen cuts no stream whose upstream went on, and the silent one later", async () => {
  const healthy = await startStreams("healthy", STREAMS);
  const [silent = Promise.resolve("")] = await startStreams("silent", 1);
  await setTimeout(500);
  rig.kill("SIGSTOP");
  await setTimeout(FROZEN_MS);
  rig.kill("SIGCONT");
  const thawedMs = performance.now();
  expect(await silent).toContain('"code":"stall_timeout"');
  expect(performance.now() - thawedMs).toBeGreaterThan(STALL_MS / 2);
  expect((await Promise.all(healthy)).filter(isWhole)).toHaveLength(STREAMS);
});

test("an answer that is all structure is refused, and the streams of others go on", async () => {
  const healthy = await startStreams("healthy", STREAMS);
  const refused = await Promise.all(
    Array.from({ length: 3 }, () => postChat(rig, { ...streamOf("costly"), stream: false })),
  );
  expect(refused.map(({ status }) => status)).toEqual([502, 502, 502]);
  expect(await refused[0]?.json()).toMatchObject({ error: { code: "upstream_invalid_response" } });
  expect((await Promise.all(healthy)).filter(isWhole)).toHaveLength(STREAMS);
});
