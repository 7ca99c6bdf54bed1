/** Results for programs: see README.md for what each field is. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Raised when a field changes its meaning or goes away. */
export const SCHEMA = 2;

/** Another one for a run whose figures nobody wants to keep, such as that of the tests. */
export const RESULTS_FOLDER: string =
  process.env["BENCH_RESULTS"] ?? join(import.meta.dirname, "results");

/** @param name Of the part, e.g. `load`: `results/load.json`. */
export async function writeResults(
  name: string,
  { startedAt, ...result }: { readonly startedAt: Date } & Readonly<Record<string, unknown>>,
): Promise<void> {
  const file = { schema: SCHEMA, part: name, startedAt: startedAt.toISOString(), ...result };
  await mkdir(RESULTS_FOLDER, { recursive: true });
  await writeFile(join(RESULTS_FOLDER, `${name}.json`), `${JSON.stringify(file, null, 2)}\n`);
}
