/** The mock as a process of its own, which can be stopped in the middle of everything. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { MockStats } from "@slipstream/mock-upstream/journal";

const MAIN = join(import.meta.dirname, "../../mock-upstream/src/main.ts");

export interface MockProcess {
  /** Base URL; ends in `/v1`. */
  readonly url: string;
  /** It keeps its connections and does nothing: as after the loss of its network. */
  freeze(): void;
  thaw(): void;
  stats(): Promise<MockStats>;
  close(): Promise<void>;
}

export async function startMockProcess(): Promise<MockProcess> {
  const program = spawn(process.execPath, [MAIN, "--port", "0"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = (await once(createInterface({ input: program.stdout }), "line")) as [string];
  const url = /http:\S+/.exec(line)?.[0] ?? "";
  return {
    url,
    freeze: () => program.kill("SIGSTOP"),
    thaw: () => program.kill("SIGCONT"),
    stats: async () => (await (await fetch(new URL("/__stats", url))).json()) as MockStats,
    async close() {
      const ended = once(program, "exit");
      program.kill("SIGKILL");
      await ended;
    },
  };
}
