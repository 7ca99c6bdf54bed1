/** Results for programs: see README.md for what each field is. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Raised when a field changes its meaning or goes away. */
const SCHEMA = 2;

const RESULTS_FOLDER: string = join(import.meta.dirname, "results");

/** @param name Of the part, e.g. `load`: `results/load.json`. */
export async function writeResults(
  name: string,
  { startedAt, ...result }: { readonly startedAt: Date } & Readonly<Record<string, unknown>>,
): Promise<void> {
  const file = { schema: SCHEMA, part: name, startedAt: startedAt.toISOString(), ...result };
  await mkdir(RESULTS_FOLDER, { recursive: true });
  await writeFile(join(RESULTS_FOLDER, `${name}.json`), `${JSON.stringify(file, null, 2)}\n`);
}
