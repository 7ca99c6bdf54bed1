import { FakeClock } from "@slipstream/testkit/fake-clock";
import { expect, test } from "vitest";
import { LookupLine } from "./lookup-line.ts";
import type { LookupJob } from "./lookup-line.ts";

/** A name whose look-up ends when the test says so. */
class Job implements LookupJob {
  readonly name: string;
  readonly #log: string[];
  end: () => void = () => undefined;

  constructor(name: string, log: string[]) {
    this.name = name;
    this.#log = log;
  }

  run(done: () => void): void {
    this.#log.push(this.name);
    this.end = done;
  }
}

interface Rig {
  readonly line: LookupLine;
  /** Look-ups in the order in which they were started. */
  readonly log: readonly string[];
  readonly toJob: (name: string) => Job;
  /** @returns one whose last look-up took long. */
  readonly toSlowJob: (name: string) => Job;
}

function start(): Rig {
  const clock = new FakeClock();
  const line = new LookupLine(clock);
  const log: string[] = [];
  const toJob = (name: string): Job => new Job(name, log);
  const toSlowJob = (name: string): Job => {
    const job = toJob(name);
    line.add(job);
    clock.advance(1001);
    job.end();
    log.length = 0;
    return job;
  };
  return { line, log, toJob, toSlowJob };
}

test("two at a time, in the order in which they came", () => {
  const { line, log, toJob } = start();
  const jobs = ["a", "b", "c", "d"].map(toJob);
  for (const job of jobs) line.add(job);
  expect(log).toEqual(["a", "b"]);
  jobs[1]?.end();
  expect(log).toEqual(["a", "b", "c"]);
  jobs[0]?.end();
  expect(log).toEqual(["a", "b", "c", "d"]);
});

test("of names that are known to be slow one at a time, and beside it those that are quick", () => {
  const { line, log, toJob, toSlowJob } = start();
  const slow = [toSlowJob("slow 1"), toSlowJob("slow 2")];
  for (const job of slow) line.add(job);
  expect(log).toEqual(["slow 1"]);
  for (const name of ["a", "b"]) {
    const job = toJob(name);
    line.add(job);
    expect(log.at(-1)).toBe(name);
    job.end();
  }
  expect(log).toEqual(["slow 1", "a", "b"]);
  slow[0]?.end();
  expect(log.at(-1)).toBe("slow 2");
});

test("a slow one does not take the second place beside one that hangs for the first time", () => {
  const { line, log, toJob, toSlowJob } = start();
  const slow = toSlowJob("slow");
  line.add(toJob("hangs"));
  line.add(slow);
  line.add(toJob("quick"));
  expect(log).toEqual(["hangs", "quick"]);
});

test("who was slow and is quick again is as good as others", () => {
  const { line, log, toJob, toSlowJob } = start();
  const job = toSlowJob("a");
  line.add(job);
  job.end();
  line.add(toJob("b"));
  line.add(job);
  expect(log).toEqual(["a", "b", "a"]);
});
