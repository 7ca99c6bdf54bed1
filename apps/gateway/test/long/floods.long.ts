/** One who misbehaves, client or upstream, is felt by nobody else. */
import { onTestFinished, test } from "vitest";
import { startMockProcess } from "../mock-process.ts";
import type { RigModels } from "../rig-config.ts";
import type { FloodPlan } from "./flood-plan.ts";
import type { HostileUpstreamProgram } from "./programs/hostile-upstream.ts";
import { startProgram } from "./program.ts";
import { besiege } from "./siege.ts";
import type { Siege, SiegeOptions } from "./siege.ts";
import { canSilenceResolver, silenceResolver } from "./silent-resolver.ts";
import { WATCHED_MODELS, withstand } from "./withstand.ts";

/** A stream that nobody else's answer may hold up for that long. */
const DEADLINES = { stallMs: 5000 };
const MODELS_WITH_SERIES = 100;

async function startSiege(
  models: RigModels,
  options: (mockUrl: string) => Partial<SiegeOptions> = () => ({}),
): Promise<Siege> {
  const mock = await startMockProcess();
  onTestFinished(() => mock.close());
  const shared = { upstreamUrl: mock.url, deadlines: DEADLINES };
  return besiege({ ...WATCHED_MODELS, ...models }, { ...shared, ...options(mock.url) });
}

const CLIENTS: readonly [string, (siege: Siege) => FloodPlan][] = [
  [
    "1,500 connections with invented keys",
    ({ port }) => ({ type: "invented_keys", port, connections: 1500 }),
  ],
  [
    "4 connections that pipeline 1,500 requests with invented keys",
    ({ port }) => ({ type: "pipelined_keys", port, connections: 4, depth: 1500 }),
  ],
  [
    "1,500 connections that ask whether it is ready",
    ({ adminPort }) => ({ type: "probes", port: adminPort, connections: 1500 }),
  ],
];

test.each(CLIENTS)("%s", async (name, flood) => {
  await withstand(await startSiege({}), name, flood);
});

test("1,000 scrapers that never read", async () => {
  // A page of metrics that does not fit into the buffers of a socket.
  const names = Array.from({ length: MODELS_WITH_SERIES }, (_, index) => `model-${index}`);
  const siege = await startSiege(
    Object.fromEntries(names.map((name) => [name, [`mock/tokens=1,tag=${name}`]])),
  );
  for (const model of names) await ask(siege, model);
  await withstand(siege, "scrapers", ({ adminPort }) => ({
    type: "deaf_scrapers",
    port: adminPort,
    connections: 1000,
    depth: 5,
  }));
});

async function ask({ gateway, key }: Siege, model: string): Promise<void> {
  const response = await fetch(`${gateway.baseUrl}/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({ model, stream: true, messages: [{ role: "user", content: "hi" }] }),
  });
  await response.text();
}

test.skipIf(!canSilenceResolver())(
  "30 requests to a name that is never resolved (needs root, to have a resolver of its own)",
  async () => {
    const wrapper = await silenceResolver();
    const siege = await startSiege(
      // Each answer costs a new connection, and so a look-up.
      { chat: ["named:mock/tokens=3,connection=close"], lost: ["lost"] },
      (mockUrl) => ({
        wrapper,
        providers: {
          named: mockUrl.replace("127.0.0.1", "localhost"),
          lost: "http://never.resolves.test/v1",
        },
      }),
    );
    await withstand(siege, "a name", toRequests("lost", { isStream: false, parallel: 30 }));
  },
);

test.each([
  ["30 MB of empty lists", "deep", { isStream: false, parallel: 2 }],
  ["events that are no JSON", "junk", { isStream: true, parallel: 2 }],
  ["events of 500,000 lines", "lines", { isStream: true, parallel: 2 }],
])("an upstream that sends %s", async (name, model, requests) => {
  const upstream = await startProgram<HostileUpstreamProgram>("hostile-upstream", {});
  onTestFinished(() => upstream.kill());
  const siege = await startSiege({ [model]: [`hostile:${model}`] }, () => ({
    providers: { hostile: upstream.ready },
  }));
  await withstand(siege, name, toRequests(model, requests));
});

function toRequests(
  model: string,
  requests: { readonly isStream: boolean; readonly parallel: number },
): (siege: Siege) => Promise<FloodPlan> {
  return async (siege) => {
    const { key } = await siege.createKey("flooding");
    return { type: "requests", port: siege.port, key, model, ...requests };
  };
}
