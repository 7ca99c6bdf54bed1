import { hash } from "node:crypto";
import type { TaskRow } from "../task.ts";

const KIB = 1024;
const SIZES = [1, 10, 100] as const;

/** SHA-256 of 1, 10 and 100 KiB, as digits. */
export function toHashTasks(group: string): TaskRow[] {
  return SIZES.map((kib) => {
    const bytes = Buffer.alloc(kib * KIB, "x");
    return {
      id: `${group}/hash/${kib}kb`,
      does: `SHA-256 of ${kib} KiB, as 64 digits`,
      ...(kib === 10 ? { published: "28.5 µs", budgetNs: 10_000 } : {}),
      run: () => hash("sha256", bytes, "hex"),
    };
  });
}
