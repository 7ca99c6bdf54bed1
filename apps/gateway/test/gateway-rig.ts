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

export interface GatewayRig {
  readonly gateway: Gateway;
  readonly mock: MockUpstream;
  /** Another opening of the gateway's store, as the command line has one. */
  readonly store: Store;
  readonly storeUrl: string;
  readonly key: string;
  readonly keyId: string;
  close(): Promise<void>;
}

/** @param models Scripts of the mock by public model name; several are deployments of one model. */
export async function startRig(
  models: Readonly<Record<string, readonly string[]>>,
): Promise<GatewayRig> {
  const folder = await mkdtemp(join(tmpdir(), "slipstream-test-"));
  const storeUrl = `sqlite:${join(folder, "test.db")}`;
  const mock = await startMockUpstream();
  const file = {
    server: { host: "127.0.0.1", port: 0 },
    admin: { host: "127.0.0.1", port: 0 },
    drain: { graceMs: 0, deadlineMs: 2000 },
    store: { url: storeUrl },
    log: { level: "silent" },
    providers: [
      { name: "mock", dialect: "openai-chat", baseUrl: mock.url, apiKey: "upstream-key" },
      { name: "nobody", dialect: "openai-chat", baseUrl: "http://127.0.0.1:1/v1" },
    ],
    models: Object.entries(models).map(([name, scripts]) => ({
      name,
      deployments: scripts.map((script) =>
        script === "nobody" ? { provider: "nobody" } : { provider: "mock", model: script },
      ),
    })),
  };
  const gateway = await startGateway(parseConfig({ name: "rig", text: JSON.stringify(file) }, {}));
  const store = await openStore(storeUrl);
  const key = createApiKey();
  const { keyId } = await store.keyAdministration.createKey({
    organization: "test",
    workspace: "test",
    name: "test",
    keyHash: hashApiKey(key),
    keyHint: toKeyHint(key),
  });
  return {
    gateway,
    mock,
    store,
    storeUrl,
    key,
    keyId,
    async close() {
      await store.close();
      await gateway.close();
      await mock.close();
      await rm(folder, { recursive: true });
    },
  };
}

/** POST to the chat endpoint with whatever body. */
export function postChat(
  rig: GatewayRig,
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

/** The value of a sample in OpenMetrics text: the sum over all label sets that contain these labels. */
export async function readMetric(
  rig: GatewayRig,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): Promise<number> {
  const text = await (await fetch(`${rig.gateway.adminUrl}/metrics`)).text();
  const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  return text
    .split("\n")
    .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
    .filter((line) => wanted.every((label) => line.includes(label)))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" "))), 0);
}
