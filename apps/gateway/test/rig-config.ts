/** The configuration of a gateway under test: models by the scripts of their deployments. */
import type { Limits, Tracing } from "../src/config/config.ts";
import type { Deadlines, Deployment } from "@slipstream/contracts/deployment";

/**
 * Scripts of the mock by public model name; several are deployments of one model. The name of another
 * provider stands for a deployment there, with `NAME:` in front of a script if it plays one; `nobody` is
 * a provider that refuses connections.
 */
export type RigModels = Readonly<Record<string, readonly string[]>>;

export interface RigOptions {
  /** Another upstream in place of the mock, which gets the scripts as names of models. */
  readonly upstreamUrl?: string;
  /** Base URLs of more providers by name. */
  readonly providers?: Readonly<Record<string, string>>;
  /** Of every model. */
  readonly deadlines?: Partial<Deadlines>;
  /** Of every model. */
  readonly heartbeatMs?: number;
  /** Of the mock. */
  readonly streamUsage?: Deployment["streamUsage"];
  readonly tracing?: Partial<Tracing>;
  /** Of every model; US dollars for a million tokens. */
  readonly pricing?: {
    readonly inputUsdPerMillion: number;
    readonly cachedInputUsdPerMillion?: number;
    readonly outputUsdPerMillion: number;
  };
  readonly limits?: Partial<Limits>;
  readonly drain?: { readonly graceMs: number; readonly deadlineMs: number };
}

/** Where the programs around the gateway are. */
export interface RigPlaces {
  readonly mockUrl: string;
  readonly storeUrl: string;
}

/** @returns the text of a configuration file. */
export function toConfigText(models: RigModels, options: RigOptions, places: RigPlaces): string {
  const { upstreamUrl = places.mockUrl, deadlines, heartbeatMs, pricing, streamUsage } = options;
  const providers = { nobody: "http://127.0.0.1:1/v1", ...options.providers };
  const others = Object.entries(providers).map(([name, baseUrl]) => ({ name, baseUrl }));
  const mock = { name: "mock", baseUrl: upstreamUrl, apiKey: "upstream-key", streamUsage };
  return JSON.stringify({
    server: { host: "127.0.0.1", port: 0 },
    admin: { host: "127.0.0.1", port: 0 },
    drain: options.drain ?? { graceMs: 0, deadlineMs: 2000 },
    limits: options.limits,
    store: { url: places.storeUrl },
    log: { level: "silent" },
    tracing: options.tracing,
    providers: [mock, ...others].map((provider) => ({ ...provider, dialect: "openai-chat" })),
    models: Object.entries(models).map(([name, scripts]) => ({
      name,
      deadlines,
      heartbeatMs,
      pricing,
      deployments: scripts.map((script) => toDeployment(script, providers)),
    })),
  });
}

function toDeployment(script: string, providers: Readonly<Record<string, string>>): object {
  const [provider = "", ...model] = script.split(":");
  if (!(provider in providers)) return { provider: "mock", model: script };
  return model.length === 0 ? { provider } : { provider, model: model.join(":") };
}
