/**
 * From the text of a configuration file to a `Config`. Pure: the file and the environment are handed in.
 */
import type { Deployment, Route } from "@slipstream/contracts/deployment";
import { InvariantError } from "@slipstream/contracts/errors";
import type { Pricing } from "@slipstream/contracts/settlement";
import { LineCounter, parseDocument } from "yaml";
import type { z } from "zod";
import type { Config, Tracing } from "./config.ts";
import { ConfigError } from "./config-problem.ts";
import type { ConfigProblem } from "./config-problem.ts";
import { findReferenceProblems } from "./config-references.ts";
import { describeIssue } from "./config-issue.ts";
import { configSchema, storeFileSchema } from "./config-schema.ts";
import type { ConfigFile, DeploymentEntry, PricingEntry, ProviderEntry } from "./config-schema.ts";
import { substituteVariables } from "./environment.ts";
import type { Environment } from "./environment.ts";

export interface ConfigSource {
  /** For messages: usually the file's name. */
  readonly name: string;
  /** YAML 1.2; JSON is a part of it. */
  readonly text: string;
}

/** @throws {ConfigError} with every problem at once. */
export function parseConfig(source: ConfigSource, environment: Environment): Config {
  const { value, problems } = substituteVariables(parseYaml(source), environment);
  const file = check(source, configSchema, value, [...problems, ...findReferenceProblems(value)]);
  const { server, admin, drain, limits, store, log } = file;
  const tracing = toTracing(file);
  return { server, admin, drain, limits, store, log, tracing, routes: toRoutes(file) };
}

/** Reads nothing but the store's URL. @throws {ConfigError} */
export function parseStoreUrl(source: ConfigSource, environment: Environment): string {
  const { store } = check(source, storeFileSchema, parseYaml(source), []);
  const { value, problems } = substituteVariables({ store }, environment);
  return check(source, storeFileSchema, value, problems).store.url;
}

/** @throws {ConfigError} with the problems of form and those that were found before. */
function check<T>(
  source: ConfigSource,
  schema: z.ZodType<T>,
  value: unknown,
  problems: readonly ConfigProblem[],
): T {
  const parsed = schema.safeParse(value);
  if (parsed.success && problems.length === 0) return parsed.data;
  const ofForm = parsed.error?.issues.flatMap(describeIssue) ?? [];
  throw new ConfigError(source.name, [...ofForm, ...problems]);
}

/** @throws {ConfigError} for what is not YAML, and for what YAML has and a configuration does not need. */
function parseYaml(source: ConfigSource): unknown {
  const lines = new LineCounter();
  // "Pretty" errors repeat the line, and with it what may be a secret.
  const document = parseDocument(source.text, { prettyErrors: false, lineCounter: lines });
  const problems = [...document.errors, ...document.warnings].map(({ code, pos: [offset] }) => {
    const { line, col } = lines.linePos(offset);
    return { path: "", message: `line ${line}, column ${col}: not valid YAML (${code})` };
  });
  if (problems.length > 0) throw new ConfigError(source.name, problems);
  try {
    const file: unknown = document.toJS();
    // Refuses what leads back to itself, which everything after this would follow for ever.
    JSON.stringify(file);
    return file;
  } catch {
    const message = "an alias leads nowhere, to itself or to too much";
    throw new ConfigError(source.name, [{ path: "", message }]);
  }
}

function toTracing({ tracing }: ConfigFile): Tracing | undefined {
  const { endpoint, ...settings } = tracing;
  return endpoint === undefined ? undefined : { endpoint, ...settings };
}

function toRoutes(file: ConfigFile): readonly Route[] {
  const providers = new Map(file.providers.map((provider) => [provider.name, provider]));
  return file.models.map((model) => {
    const [first, ...rest] = model.deployments.map((deployment) => {
      const provider = providers.get(deployment.provider);
      if (provider === undefined) throw new InvariantError("a reference was not checked");
      return toDeployment(provider, deployment, model.name);
    });
    if (first === undefined) throw new InvariantError("a length was not checked");
    const { name, aliases, deadlines, heartbeatMs } = model;
    return {
      model: name,
      aliases,
      deadlines,
      heartbeatMs,
      pricing: model.pricing === undefined ? undefined : toPricing(model.pricing),
      deployments: [first, ...rest],
    };
  });
}

/** Dollars per million tokens are micro-dollars, thousands of nano-dollars, per token. */
const NANO_USD_PER_MICRO_USD = 1000;

function toPricing(entry: PricingEntry): Pricing {
  const { inputUsdPerMillion, outputUsdPerMillion } = entry;
  const { cachedInputUsdPerMillion = inputUsdPerMillion } = entry;
  return {
    inputNanoUsd: inputUsdPerMillion * NANO_USD_PER_MICRO_USD,
    cachedInputNanoUsd: cachedInputUsdPerMillion * NANO_USD_PER_MICRO_USD,
    outputNanoUsd: outputUsdPerMillion * NANO_USD_PER_MICRO_USD,
  };
}

function toDeployment(
  provider: ProviderEntry,
  deployment: DeploymentEntry,
  model: string,
): Deployment {
  const upstreamModel = deployment.model ?? model;
  return {
    id: `${provider.name}/${upstreamModel}`,
    provider: provider.name,
    dialect: provider.dialect,
    baseUrl: provider.baseUrl.replace(/\/+$/, ""),
    apiKey: provider.apiKey,
    upstreamModel,
    streamUsage: provider.streamUsage,
    tier: deployment.tier,
    weight: deployment.weight,
  };
}
