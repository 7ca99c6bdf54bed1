/**
 * A gateway as it is deployed, as a process of its own, on ports and a database that stay the same when it
 * is killed and started again.
 */
import { execFile, spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync, readdirSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { createApiKey, hashApiKey, toKeyHint } from "@slipstream/auth/api-key";
import { openStore } from "@slipstream/store/open-store";
import { eventually } from "@slipstream/testkit/eventually";
import { onTestFinished } from "vitest";
import type { Callable, TestKey } from "../gateway-rig.ts";
import { toConfigText } from "../rig-config.ts";
import type { RigModels, RigOptions } from "../rig-config.ts";

const ROOT = join(import.meta.dirname, "../../../..");
const MAIN = join(import.meta.dirname, "../../src/main.ts");
const KiB = 1024;

export interface SiegeOptions extends RigOptions {
  readonly upstreamUrl: string;
  /** More for Node. */
  readonly nodeWords?: readonly string[];
  /** A command in which the gateway runs. */
  readonly wrapper?: readonly string[];
}

export interface Siege extends Callable {
  readonly port: number;
  readonly adminPort: number;
  readonly databasePath: string;
  createKey(organization: string): Promise<TestKey>;
  /** As an operator does it. Resolves when the command has ended. */
  revokeKey(keyId: string): Promise<void>;
  kill(signal: NodeJS.Signals): void;
  /** Resolves when the process has ended. */
  ended(): Promise<unknown>;
  /** After it has ended. Resolves when it answers. */
  startAgain(): Promise<void>;
  /** Memory held in RAM, bytes. */
  readResidentBytes(): number;
  /** File descriptors that are open. */
  countOpenFiles(): number;
}

/** Ends with the test. */
export async function besiege(models: RigModels, options: SiegeOptions): Promise<Siege> {
  const folder = await mkdtemp(join(tmpdir(), "slipstream-long-"));
  const databasePath = join(folder, "long.db");
  const configPath = join(folder, "slipstream.yaml");
  const [port, adminPort] = await findFreePorts();
  await writeFile(configPath, toText(models, options, { port, adminPort, databasePath }));
  const store = await openStore(`sqlite:${databasePath}`);
  const words = [...(options.wrapper ?? []), process.execPath, ...readFlags()];
  words.push(...(options.nodeWords ?? []), MAIN, "start", "--config", configPath);
  const adminUrl = `http://127.0.0.1:${adminPort}`;
  let program = await start(words, adminUrl);
  onTestFinished(async () => {
    program.kill("SIGKILL");
    await untilEnded(program);
    await store.close();
    await rm(folder, { recursive: true });
  });

  async function createKey(organization: string): Promise<TestKey> {
    const key = createApiKey();
    const place = { organization, workspace: "long", name: "long" };
    const hashed = { keyHash: hashApiKey(key), keyHint: toKeyHint(key) };
    const { keyId } = await store.keyAdministration.createKey({ ...place, ...hashed });
    return { key, keyId };
  }

  const { key } = await createKey("besieged");
  return {
    gateway: { baseUrl: `http://127.0.0.1:${port}/v1`, adminUrl },
    key,
    port,
    adminPort,
    databasePath,
    createKey,
    async revokeKey(keyId) {
      const revoke = [MAIN, "keys", "revoke", keyId, "--config", configPath];
      await promisify(execFile)(process.execPath, revoke);
    },
    kill: (signal) => void program.kill(signal),
    ended: () => untilEnded(program),
    async startAgain() {
      program = await start(words, adminUrl);
    },
    readResidentBytes() {
      const status = readFileSync(`/proc/${program.pid}/status`, "utf8");
      return KiB * Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]);
    },
    countOpenFiles: () => readdirSync(`/proc/${program.pid}/fd`).length,
  };
}

interface Places {
  readonly port: number;
  readonly adminPort: number;
  readonly databasePath: string;
}

function toText(
  models: RigModels,
  options: SiegeOptions,
  { port, adminPort, databasePath }: Places,
): string {
  const places = { mockUrl: options.upstreamUrl, storeUrl: `sqlite:${databasePath}` };
  return JSON.stringify({
    ...(JSON.parse(toConfigText(models, options, places)) as object),
    server: { host: "127.0.0.1", port },
    admin: { host: "127.0.0.1", port: adminPort },
    log: { level: "info" },
  });
}

/** What `npm start` tells Node, so that what is besieged is what is deployed. */
function readFlags(): string[] {
  const text = readFileSync(join(ROOT, "package.json"), "utf8");
  const { scripts } = JSON.parse(text) as { readonly scripts: { readonly start: string } };
  return scripts.start.split(" ").filter((word) => word.startsWith("--"));
}

async function start(words: readonly string[], adminUrl: string): Promise<ChildProcess> {
  const [command = "", ...rest] = words;
  // The log goes nowhere: a million lines are of no use to anybody.
  const program = spawn(command, rest, { stdio: ["ignore", "ignore", "inherit"] });
  try {
    await eventually(async () => {
      if (hasEnded(program)) return;
      await (await fetch(`${adminUrl}/healthz`)).text();
    });
  } catch (error) {
    program.kill("SIGKILL");
    throw error;
  }
  if (hasEnded(program)) throw new Error(`the gateway has ended: ${program.exitCode}`);
  return program;
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

async function untilEnded(program: ChildProcess): Promise<unknown> {
  if (!hasEnded(program)) await once(program, "exit");
  return program.exitCode ?? program.signalCode;
}

/** Two that nobody on this machine has now. */
async function findFreePorts(): Promise<[number, number]> {
  const servers = [createServer(), createServer()] as const;
  await Promise.all(servers.map((server) => once(server.listen(0, "127.0.0.1"), "listening")));
  const [one, other] = servers;
  const ports: [number, number] = [portOf(one.address()), portOf(other.address())];
  await Promise.all(servers.map((server) => once(server.close(), "close")));
  return ports;
}

function portOf(address: AddressInfo | string | null): number {
  if (typeof address !== "object" || address === null) throw new Error("not listening");
  return address.port;
}
