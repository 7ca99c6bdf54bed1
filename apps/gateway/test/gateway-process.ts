/** A gateway as a process of its own, on a real store. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openStore } from "@slipstream/store/open-store";
import type { Store } from "@slipstream/store/open-store";
import { eventually } from "@slipstream/testkit/eventually";
import { createTestKey } from "./gateway-rig.ts";
import type { Callable } from "./gateway-rig.ts";
import { toConfigText } from "./rig-config.ts";
import type { RigModels, RigOptions } from "./rig-config.ts";

const MAIN = join(import.meta.dirname, "../src/main.ts");
const KiB = 1024;

export interface GatewayProcess extends Callable {
  /** Another opening of the gateway's store. */
  readonly store: Store;
  /** Of the store's file. */
  readonly storePath: string;
  /** Exit code, or the signal that ended it. */
  readonly exited: Promise<unknown>;
  kill(signal: NodeJS.Signals): void;
  /** Memory held in RAM, bytes. */
  readResidentBytes(): Promise<number>;
  /** Kills it, if it has not ended. */
  close(): Promise<void>;
}

export async function startGatewayProcess(
  models: RigModels,
  options: RigOptions & { readonly upstreamUrl: string },
): Promise<GatewayProcess> {
  const folder = await mkdtemp(join(tmpdir(), "slipstream-test-"));
  const storePath = join(folder, "test.db");
  const storeUrl = `sqlite:${storePath}`;
  const config = join(folder, "slipstream.yaml");
  await writeFile(
    config,
    toConfigText(models, options, { mockUrl: options.upstreamUrl, storeUrl }),
  );
  const store = await openStore(storeUrl);
  const { key } = await createTestKey(store);

  const program = spawn(process.execPath, [MAIN, "start", "--config", config], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(program, "exit").then(([code, signal]: unknown[]) => code ?? signal);
  let printed = "";
  program.stdout.on("data", (data: Buffer) => (printed += data.toString()));
  const urls = await eventually(() => {
    const found = printed.match(/http:\/\/[\d.:]+/g);
    if (found === null || found.length < 2) throw new Error(`not listening yet: ${printed}`);
    return found;
  });
  return {
    gateway: { baseUrl: `${urls[0]}/v1`, adminUrl: urls[1] ?? "" },
    key,
    store,
    storePath,
    exited,
    kill: (signal) => void program.kill(signal),
    async readResidentBytes() {
      const status = await readFile(`/proc/${program.pid}/status`, "utf8");
      return KiB * Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]);
    },
    async close() {
      program.kill("SIGKILL");
      await exited;
      await store.close();
      await rm(folder, { recursive: true });
    },
  };
}
