/** The mock upstream as a process of its own, for the demo. */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";

const PROGRAM = join(import.meta.dirname, "../../../mock-upstream/src/main.ts");

export interface ScriptedModel {
  /** Base URL of its API. */
  readonly url: string;
  stop(): void;
}

/** It ends with this process, however that ends. @throws when it does not start. */
export async function startScriptedModel(): Promise<ScriptedModel> {
  // The channel closes with this process, and the program ends when it does.
  const program = spawn(process.execPath, [PROGRAM, "--port", "0"], {
    stdio: ["ignore", "pipe", "inherit", "ipc"],
  });
  return { url: await readUrl(program), stop: () => program.kill() };
}

async function readUrl(program: ChildProcess): Promise<string> {
  if (program.stdout !== null) {
    for await (const line of createInterface({ input: program.stdout })) {
      const url = /http:\/\/\S+/.exec(line)?.[0];
      if (url !== undefined) return url;
    }
  }
  throw new Error(`The scripted model did not start (${PROGRAM}).`);
}
