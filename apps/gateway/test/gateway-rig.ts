/** A gateway on a real store in front of the real mock, over real sockets, all in this process. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createApiKey, hashApiKey, toKeyHint } from "@slipstream/auth/api-key";
import { startMockUpstream } from "@slipstream/mock-upstream/mock-server";
import type { MockUpstream } from "@slipstream/mock-upstream/mock-server";
import { openStore } from "@slipstream/store/open-store";
import type { Store } from "@slipstream/store/open-store";
import { startGateway } from "../src/compose.ts";
import type { Gateway } from "../src/compose.ts";
import { parseConfig } from "../src/config/parse-config.ts";
import { toConfigText } from "./rig-config.ts";
import type { RigModels, RigOptions } from "./rig-config.ts";

export interface GatewayRig extends TestKey {
  readonly gateway: Gateway;
  readonly mock: MockUpstream;
  /** Another opening of the gateway's store, as the command line has one. */
  readonly store: Store;
  readonly storeUrl: string;
  close(): Promise<void>;
}

export async function startRig(models: RigModels, options: RigOptions = {}): Promise<GatewayRig> {
  const folder = await mkdtemp(join(tmpdir(), "slipstream-test-"));
  const storeUrl = `sqlite:${join(folder, "test.db")}`;
  const mock = await startMockUpstream();
  const text = toConfigText(models, options, { mockUrl: mock.url, storeUrl });
  const gateway = await startGateway(parseConfig({ name: "rig", text }, {}));
  const store = await openStore(storeUrl);
  return {
    gateway,
    mock,
    store,
    storeUrl,
    ...(await createTestKey(store)),
    async close() {
      await store.close();
      await gateway.close();
      await mock.close();
      await rm(folder, { recursive: true });
    },
  };
}

export interface TestKey {
  readonly key: string;
  readonly keyId: string;
}

export async function createTestKey(store: Store): Promise<TestKey> {
  const key = createApiKey();
  const { keyId } = await store.keyAdministration.createKey({
    organization: "test",
    workspace: "test",
    name: "test",
    keyHash: hashApiKey(key),
    keyHint: toKeyHint(key),
  });
  return { key, keyId };
}

/** POST to the chat endpoint with whatever body. */
export function postChat(
  rig: Callable,
  body: object | string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  return fetch(`${rig.gateway.baseUrl}/chat/completions`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${rig.key}`,
      "content-type": "application/json",
      ...headers,
    },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
}

/** A request body that streams one model. */
export function streamOf(model: string, more: object = {}): object {
  return { model, stream: true, messages: [{ role: "user", content: "hi" }], ...more };
}

/** A gateway that runs somewhere, and a key for it. */
export interface Callable {
  readonly gateway: Pick<Gateway, "baseUrl" | "adminUrl">;
  readonly key: string;
}

/** The value of a sample in OpenMetrics text: the sum over all label sets that contain these labels. */
export async function readMetric(
  rig: Pick<Callable, "gateway">,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): Promise<number> {
  const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  return (await readSamples(rig, name))
    .filter((line) => wanted.every((label) => line.includes(label)))
    .reduce((sum, line) => sum + toValue(line), 0);
}

/** The values of a metric by one of its labels, each the sum over all others. Zeros are left out. */
export async function readMetricBy(
  rig: Pick<Callable, "gateway">,
  name: string,
  label: string,
): Promise<Readonly<Record<string, number>>> {
  const sums: Record<string, number> = {};
  for (const line of await readSamples(rig, name)) {
    const value = new RegExp(`[{,]${label}="([^"]*)"`).exec(line)?.[1];
    if (value !== undefined && toValue(line) !== 0)
      sums[value] = (sums[value] ?? 0) + toValue(line);
  }
  return sums;
}

async function readSamples(
  { gateway }: Pick<Callable, "gateway">,
  name: string,
): Promise<string[]> {
  const text = await (await fetch(`${gateway.adminUrl}/metrics`)).text();
  return text
    .split("\n")
    .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
}

function toValue(line: string): number {
  return Number(line.slice(line.lastIndexOf(" ")));
}
