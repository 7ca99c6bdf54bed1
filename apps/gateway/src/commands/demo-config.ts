/** The configuration of the demo: what a first file could look like. */
import type { Config } from "../config/config.ts";
import { parseConfig } from "../config/parse-config.ts";

export interface DemoAddresses {
  readonly modelUrl: string;
  readonly storeUrl: string;
  readonly port: number;
  readonly adminPort: number;
}

/** Models of the demo: what they show, and the script behind each. */
const MODELS: readonly { readonly name: string; readonly script: string }[] = [
  { name: "demo", script: "mock/chat" },
  { name: "demo-reasoning", script: "mock/reasoning" },
  { name: "demo-tools", script: "mock/tools" },
  { name: "demo-breaks", script: "mock/chat,fail=reset,failAfter=20" },
];

export function toDemoConfig({ modelUrl, storeUrl, port, adminPort }: DemoAddresses): Config {
  const file = {
    server: { host: "127.0.0.1", port, infoHeaders: "all" },
    admin: { host: "127.0.0.1", port: adminPort },
    drain: { graceMs: 0, deadlineMs: 1000 },
    store: { url: storeUrl },
    log: { level: "error" },
    providers: [{ name: "scripted", dialect: "openai-chat", baseUrl: modelUrl }],
    models: MODELS.map(({ name, script }) => ({
      name,
      deployments: [{ provider: "scripted", model: script }],
    })),
  };
  return parseConfig({ name: "the demo's configuration", text: JSON.stringify(file) }, {});
}
