/**
 * `demo`: everything at once, for a first look. A scripted model, a gateway in front of it, a store in
 * a temporary folder, a key, and what to paste.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createApiKey, hashApiKey, toKeyHint } from "@slipstream/auth/api-key";
import { openStore } from "@slipstream/store/open-store";
import { startGateway } from "../compose.ts";
import type { Gateway } from "../compose.ts";
import { toDemoConfig } from "./demo-config.ts";
import { toDemoGuide } from "./demo-guide.ts";
import { findFreePort } from "./free-port.ts";
import { startScriptedModel } from "./scripted-model.ts";
import type { ScriptedModel } from "./scripted-model.ts";
import { untilSignal } from "./signals.ts";

export interface DemoOptions {
  /** Wished for; when they are taken, any free port serves. */
  readonly port: number;
  readonly adminPort: number;
}

export async function demo(options: DemoOptions): Promise<void> {
  const ended = untilSignal();
  const folder = await mkdtemp(join(tmpdir(), "slipstream-demo-"));
  let model: ScriptedModel | undefined;
  let gateway: Gateway | undefined;
  try {
    const storeUrl = `sqlite:${join(folder, "demo.db")}`;
    const starting = startScriptedModel();
    const key = await createKey(storeUrl);
    model = await starting;
    const config = toDemoConfig({
      modelUrl: model.url,
      storeUrl,
      port: await findFreePort(options.port),
      adminPort: await findFreePort(options.adminPort),
    });
    gateway = await startGateway(config);
    console.log(toDemoGuide({ baseUrl: gateway.baseUrl, adminUrl: gateway.adminUrl, key }));
    await ended;
    console.log("\nEnding …");
  } finally {
    await gateway?.close();
    model?.stop();
    await rm(folder, { recursive: true, force: true });
  }
  // A line on a standard output that nobody reads would keep the process for ever.
  process.exit();
}

async function createKey(storeUrl: string): Promise<string> {
  const store = await openStore(storeUrl);
  const key = createApiKey();
  await store.keyAdministration.createKey({
    organization: "demo",
    workspace: "demo",
    name: "demo",
    keyHash: hashApiKey(key),
    keyHint: toKeyHint(key),
  });
  await store.close();
  return key;
}
