/** What every measurement stands on: a mock, a sink for traces, a folder and processes; none of it outlives it. */
import { rmSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InvalidRun } from "./invalid-run.ts";
import { startMock } from "./mock-process.ts";
import type { Mock } from "./mock-process.ts";
import type { Pinning } from "./pinning.ts";
import { Processes } from "./processes.ts";
import type { Scenario } from "./scenario.ts";
import type { Stage } from "./subjects/subject.ts";
import { startTraceSink } from "./trace-sink.ts";

export interface StageOptions {
  readonly pinning: Pinning;
  readonly scenarios: readonly Scenario[];
  /** 0 for any that is free. */
  readonly mockPort: number;
  /** Ends what is played, and everything that was started, at once. */
  readonly signal: AbortSignal;
}

/**
 * @returns what `play` returns.
 * @throws {InvalidRun} with the last words of all processes.
 */
export async function onStage<T>(
  { pinning, scenarios, mockPort, signal }: StageOptions,
  play: (stage: Stage, mock: Mock) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "slipstream-bench-"));
  const processes = new Processes(pinning, folder);
  const abandon = (): void => {
    processes.abandonAll();
    rmSync(folder, { recursive: true, force: true });
  };
  process.once("exit", abandon);
  const sink = await startTraceSink();
  try {
    const mock = await startMock(processes, mockPort);
    const stage = { processes, folder, mock: mock.address, collector: sink.address, scenarios };
    return await Promise.race([play(stage, mock), untilAborted(signal)]);
  } catch (error) {
    if (!(error instanceof InvalidRun)) throw error;
    // Buffers are flushed at the end.
    await processes.stopAll();
    throw new InvalidRun(`${error.message}\n${processes.lastWords()}`);
  } finally {
    await processes.stopAll();
    sink.close();
    process.removeListener("exit", abandon);
    await rm(folder, { recursive: true, force: true });
  }
}

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason as Error);
    signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
  });
}
