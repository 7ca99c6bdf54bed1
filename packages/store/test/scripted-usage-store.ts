import { setImmediate } from "node:timers/promises";
import { StoreError } from "../src/store-error.ts";
import type { InsertUsage } from "../src/internal/usage-queries.ts";
import type { UsageRowText } from "../src/internal/usage-records-table.ts";

export type Answer =
  | "taken"
  /** Nothing was written. */
  | "failed"
  /** It was written, and the answer got lost. */
  | "taken_and_failed";

interface Asked {
  readonly ids: readonly string[];
  readonly answer: (answer: Answer) => void;
}

/** A store that answers when it is told to, and writes each id once. */
export class ScriptedUsageStore {
  readonly written: Set<string> = new Set();
  readonly batches: (readonly string[])[] = [];
  /** The oldest first. */
  readonly asked: Asked[] = [];

  readonly insert: InsertUsage = (rows) => {
    const ids = rows.map(toId);
    this.batches.push(ids);
    return new Promise((resolve, reject) => {
      const answer = (given: Answer): void => {
        if (given !== "failed") for (const id of ids) this.written.add(id);
        if (given === "taken") resolve();
        else reject(new StoreError("down"));
      };
      this.asked.push({ ids, answer });
    });
  };

  /** Resolves when everybody knows. @param index Among those that wait. */
  async answer(given: Answer, index = 0): Promise<void> {
    for (const { answer } of this.asked.splice(index, 1)) answer(given);
    await settled();
  }

  async answerAll(given: Answer): Promise<void> {
    while (this.asked.length > 0) await this.answer(given);
  }
}

/** Resolves when nothing moves any more that does not wait for a store or for time. */
export function settled(): Promise<void> {
  return setImmediate();
}

function toId(row: UsageRowText): string {
  const [id] = JSON.parse(row) as unknown[];
  return String(id);
}
