/** Results for programs: see README.md for what each field is. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Raised when a field changes its meaning or goes away. */
export const SCHEMA = 2;

/** Another one for a run whose figures nobody wants to keep, such as that of the tests. */
export const RESULTS_FOLDER: string =
  process.env["BENCH_RESULTS"] ?? join(import.meta.dirname, "results");

/** Those of brief runs, which must not take the place of others. */
export const QUICK_RESULTS_FOLDER: string = join(RESULTS_FOLDER, "quick");

interface MeasuredPart extends Readonly<Record<string, unknown>> {
  readonly startedAt: Date;
  readonly plan: { readonly isQuick: boolean };
}

/** @param name Of the part, e.g. `load`: `results/load.json`. */
export async function writeResults(
  name: string,
  { startedAt, ...result }: MeasuredPart,
): Promise<void> {
  const file = { schema: SCHEMA, part: name, startedAt: startedAt.toISOString(), ...result };
  const folder = result.plan.isQuick ? QUICK_RESULTS_FOLDER : RESULTS_FOLDER;
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, `${name}.json`), `${JSON.stringify(file, null, 2)}\n`);
}
