/** docs/errors.md and the error table say the same, in both directions. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ERROR_SPECS } from "@slipstream/contracts/errors";
import { expect, test } from "vitest";

test("every error code has its row in docs/errors.md, and every row its code", () => {
  const page = readFileSync(join(import.meta.dirname, "../docs/errors.md"), "utf8");
  const rows = page
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .map((line) => line.split("|").map((cell) => cell.trim()));
  const documented = rows.map(([, code = "", status, type, blame, retryable, outcome = ""]) => [
    code.replaceAll("`", ""),
    {
      status: Number(status),
      type,
      blame,
      retryable: retryable === "yes",
      outcome: outcome.replaceAll("`", ""),
    },
  ]);
  expect(Object.fromEntries(documented)).toEqual(ERROR_SPECS);
  expect(rows).toHaveLength(Object.keys(ERROR_SPECS).length);
});
