/** The result for programs: see README.md for what each field is. */
import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { Environment } from "./environment.ts";
import { cpuUsPerUnit } from "./figures.ts";
import type { Figure } from "./figures.ts";
import type { Cell } from "./measure.ts";
import type { Plan } from "./plan.ts";

/** Raised when a field changes its meaning or goes away. */
const SCHEMA = 1;

export interface Results {
  readonly startedAt: Date;
  readonly plan: Plan;
  readonly environment: Environment;
  readonly figures: readonly Figure[];
  readonly cells: readonly Cell[];
}

export async function writeResults(path: string, results: Results): Promise<void> {
  const { startedAt, cells, ...rest } = results;
  const file = {
    schema: SCHEMA,
    startedAt: startedAt.toISOString(),
    ...rest,
    // Without the samples: half a million numbers, which the figures sum up.
    cells: cells.map((cell) => ({
      ...cell,
      latencies: undefined,
      cpuUsPerUnit: cpuUsPerUnit(cell),
    })),
  };
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `${JSON.stringify(file, null, 2)}\n`);
}
