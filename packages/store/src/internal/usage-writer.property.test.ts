/** The writer under everything that may happen to it, in any order. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { FakeTimer } from "../../test/fake-timer.ts";
import { ScriptedUsageStore, settled } from "../../test/scripted-usage-store.ts";
import type { Answer } from "../../test/scripted-usage-store.ts";
import { usageRecords } from "../../test/usage-record.ts";
import { BATCHES_UNDER_WAY_MAX, BATCH_RECORDS_MAX, UsageWriter } from "./usage-writer.ts";

const TIMES = { collectMs: 100, retryMsMin: 100, retryMsMax: 1_000, flushMs: 3_000 };
const WAITING_MAX = 2_500;

type Step =
  | { readonly type: "record"; readonly count: number }
  /** Of the store, to one of those that wait: the oldest has the index 0. */
  | { readonly type: "answer"; readonly answer: Answer; readonly index: number }
  | { readonly type: "pass"; readonly ms: number; readonly isSeen: boolean }
  | { readonly type: "flush" };

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    type: fc.constant("record" as const),
    count: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 900, max: 1_100 })),
  }),
  fc.record({
    type: fc.constant("answer" as const),
    answer: fc.constantFrom<Answer>("taken", "taken", "failed", "taken_and_failed"),
    index: fc.nat(BATCHES_UNDER_WAY_MAX - 1),
  }),
  fc.record({
    type: fc.constant("pass" as const),
    ms: fc.constantFrom(1, 50, 100, 1_000, 3_000),
    isSeen: fc.boolean(),
  }),
  fc.constant({ type: "flush" as const }),
);

/** A writer, and what it owes. */
class Trial {
  readonly store: ScriptedUsageStore = new ScriptedUsageStore();
  readonly timer: FakeTimer = new FakeTimer();
  readonly accepted: string[] = [];
  readonly lost: Record<string, number> = {};
  /** The store took what it was asked first, and never failed. */
  isOrderly = true;
  readonly writer: UsageWriter = new UsageWriter({
    insert: this.store.insert,
    timer: this.timer,
    times: TIMES,
    queuedRecordsMax: WAITING_MAX,
    observer: {
      usageLost: (loss, records) => (this.lost[loss] = (this.lost[loss] ?? 0) + records),
      usageWriteFailed: () => undefined,
    },
  });
  #made = 0;

  async take(step: Step): Promise<void> {
    if (step.type === "record") this.record(step.count);
    else if (step.type === "flush") this.#flush();
    else if (step.type === "answer") await this.#answer(step.answer, step.index);
    else if (step.isSeen) this.timer.advance(step.ms);
    else this.timer.passUnseen(step.ms);
    await settled();
    this.#check();
  }

  record(count: number): void {
    for (const record of usageRecords(count, this.#made)) {
      const lost = this.lostBefore();
      this.writer.record(record);
      if (this.lostBefore() === lost) this.accepted.push(record.id);
    }
    this.#made += count;
  }

  /** Refused, that is, not given up at the end. */
  lostBefore(): number {
    return (this.lost["queue_full"] ?? 0) + (this.lost["closed"] ?? 0);
  }

  /** From now on the store is well. */
  async heal(): Promise<void> {
    for (let round = 0; this.writer.waiting > 0 && round < 100; round++) {
      await this.store.answerAll("taken");
      this.timer.advance(TIMES.collectMs);
      await settled();
    }
  }

  async #answer(answer: Answer, index: number): Promise<void> {
    if (this.store.asked.length <= index) return;
    if (answer !== "taken" || index > 0) this.isOrderly = false;
    await this.store.answer(answer, index);
  }

  /** What was accepted before it is safe when it resolves. */
  #flush(): void {
    const before = [...this.accepted];
    this.writer.flush().then(
      () => expect(before.filter((id) => !this.store.written.has(id))).toEqual([]),
      () => undefined,
    );
  }

  #check(): void {
    expect(this.store.asked.length).toBeLessThanOrEqual(BATCHES_UNDER_WAY_MAX);
    expect(this.store.batches.at(-1)?.length ?? 0).toBeLessThanOrEqual(BATCH_RECORDS_MAX);
    const safe = this.accepted.filter((id) => this.store.written.has(id)).length;
    // An answer may be lost or late, but what the writer holds for safe is.
    expect(this.accepted.length - this.writer.waiting).toBeLessThanOrEqual(safe);
    expect(this.writer.waiting).toBeLessThanOrEqual(WAITING_MAX);
  }
}

async function play(steps: readonly Step[]): Promise<Trial> {
  const trial = new Trial();
  for (const step of steps) await trial.take(step);
  return trial;
}

const steps = fc.array(anyStep, { maxLength: 40 });

test("whatever happens, a store that is well in the end has every accepted record once", async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (taken) => {
      const trial = await play(taken);
      await trial.heal();
      const written = [...trial.store.written];
      if (trial.isOrderly) expect(written).toEqual(trial.accepted);
      else expect(written.toSorted()).toEqual(trial.accepted.toSorted());
      expect(trial.writer.waiting).toBe(0);
      expect(Object.keys(trial.lost).filter((loss) => loss !== "queue_full")).toEqual([]);
    }),
    { numRuns: 300 },
  );
});

test("whatever happened, closing accounts for every record: written, or told as lost", async () => {
  await fc.assert(
    fc.asyncProperty(steps, fc.boolean(), async (taken, isHealed) => {
      const trial = await play(taken);
      const closed = trial.writer.close();
      trial.record(1);
      if (isHealed) await trial.heal();
      trial.timer.advance(TIMES.flushMs);
      await closed;
      expect(trial.lost["closed"]).toBe(1);
      const safe = trial.accepted.length - trial.writer.waiting;
      expect(trial.lost["unwritten_at_close"] ?? 0).toBe(trial.accepted.length - safe);
      if (isHealed) expect([...trial.store.written].toSorted()).toEqual(trial.accepted.toSorted());
      const attempts = trial.store.batches.length;
      await trial.store.answerAll("failed");
      trial.timer.advance(TIMES.flushMs);
      await settled();
      expect(trial.store.batches).toHaveLength(attempts);
    }),
    { numRuns: 300 },
  );
});

test("a store that answers at once has every record within the collecting time", async () => {
  const calm = fc.array(fc.record({ count: fc.integer({ min: 1, max: 1_100 }), ms: fc.nat(150) }), {
    maxLength: 20,
  });
  await fc.assert(
    fc.asyncProperty(calm, async (taken) => {
      const trial = new Trial();
      for (const { count, ms } of taken) {
        trial.record(count);
        await trial.store.answerAll("taken");
        const before = [...trial.accepted];
        trial.timer.advance(TIMES.collectMs);
        await trial.store.answerAll("taken");
        expect(before.filter((id) => !trial.store.written.has(id))).toEqual([]);
        trial.timer.advance(ms);
        await trial.store.answerAll("taken");
      }
    }),
    { numRuns: 100 },
  );
});
