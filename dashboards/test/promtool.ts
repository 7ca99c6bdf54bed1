/** Prometheus' own tool, which reads rules as the server does. Debian has it in the package `prometheus`. */
import { spawnSync } from "node:child_process";

export const HAS_PROMTOOL: boolean = spawnSync("promtool", ["--version"]).status === 0;

if (!HAS_PROMTOOL) {
  process.emitWarning(
    "SKIPPED: rules and panels are not read by promtool; apt-get install prometheus",
  );
}

/** For the names of tests, which is where a reader sees that they were skipped. */
export const NEEDS_PROMTOOL: string = HAS_PROMTOOL
  ? ""
  : " (SKIPPED: there is no promtool here; apt-get install prometheus)";

/** What it says, where it is not content; `undefined` where it is. */
export function complain(...words: readonly string[]): string | undefined {
  const { status, stdout, stderr } = spawnSync("promtool", words, { encoding: "utf8" });
  return status === 0 ? undefined : `${stdout}${stderr}`;
}
