/** What is timed, and what has to be said about it. */

/** Whose code a task runs: the reference's work done over again here, or what the gateway runs. */
type TaskKind = "reference" | "production";

export interface TaskRow {
  /** `group/function[/parameter]`; those of the reference are its own. */
  readonly id: string;
  /** What one iteration does. */
  readonly does: string;
  /** What the reference published for its Rust on another machine, e.g. `13.9 µs`. */
  readonly published?: string;
  /** How far the work is the same as the reference's; of production code what it does more or less. */
  readonly fidelity?: string;
  /** Iterations within one call of `run`, for what is shorter than reading a clock. 1 if left out. */
  readonly inner?: number;
  /** What must not take longer, per iteration, ns. */
  readonly budgetNs?: number;
  readonly run: () => unknown;
}

export interface Task extends TaskRow {
  readonly kind: TaskKind;
}

export function ofKind(kind: TaskKind, rows: readonly TaskRow[]): Task[] {
  return rows.map((row) => ({ ...row, kind }));
}

/** What the reference asks and there is nothing here to answer with yet. */
interface MissingTwin {
  readonly id: string;
  readonly why: string;
}

export interface Suite {
  readonly name: string;
  readonly tasks: readonly Task[];
  readonly missing: readonly MissingTwin[];
  /** @throws when what is timed would not be what it says. */
  readonly verify: () => void;
}

/** For operations of a few nanoseconds. */
export const INNER_MANY = 1000;

/** What stands for a lock that is free: a turn of the queue of promises. */
export const TURN: Promise<void> | undefined = undefined;

/** An answer that may have to be waited for, as those of a lock or of a cache behind one. */
export type MaybeLater<T> = T | Promise<T>;

/** Keeps results from being found to be of no use, and their computation with them. */
export const sink: { value: unknown } = { value: undefined };

/** @returns a `run` that does it `INNER_MANY` times. */
export function many(once: (index: number) => unknown): () => unknown {
  return () => {
    let last: unknown;
    for (let index = 0; index < INNER_MANY; index++) last = once(index);
    sink.value = last;
    return last;
  };
}
