import dns from "node:dns";
import type { LookupAddress } from "node:dns";
import timers from "node:timers";
import { FakeClock } from "@slipstream/testkit/fake-clock";
import { expect, onTestFinished, test, vi } from "vitest";
import { HostName } from "./host-name.ts";
import { LookupLine } from "./lookup-line.ts";

const OLD: LookupAddress = { address: "10.0.0.1", family: 4 };
const NEW: LookupAddress = { address: "fd00::1", family: 6 };
const PATIENCE_MS = 200;
const LOOKUP_MS_MAX = 5000;
const STALE_MS_MAX = 15 * 60_000;

type Answer = (error: NodeJS.ErrnoException | null, addresses: readonly LookupAddress[]) => void;

interface Rig {
  readonly clock: FakeClock;
  /** Lets time pass. */
  wait(ms: number): void;
  /** Questions to the system that have no answer yet. */
  readonly asked: Answer[];
  /** What those who asked have got, in order: an address, or the code of an error. */
  readonly got: string[];
  ask(): void;
  /** Answers the oldest question. */
  answer(error: string | null, ...addresses: readonly LookupAddress[]): void;
}

/** @returns what fires those whose time has come. */
function playTimers(clock: FakeClock): () => void {
  const timersOf = new Map<unknown, { readonly fire: () => void; readonly atMs: number }>();
  function set(fire: () => void, ms: number): object {
    const timer = { unref: () => timer };
    timersOf.set(timer, { fire, atMs: clock.nowMs() + ms });
    return timer;
  }
  vi.spyOn(timers, "setTimeout").mockImplementation(set as unknown as typeof timers.setTimeout);
  vi.spyOn(timers, "clearTimeout").mockImplementation((timer) => void timersOf.delete(timer));
  return () => {
    for (const [timer, { fire, atMs }] of timersOf) {
      if (atMs > clock.nowMs()) continue;
      timersOf.delete(timer);
      fire();
    }
  };
}

function start(): Rig {
  const clock = new FakeClock();
  const fireTimers = playTimers(clock);
  const asked: Answer[] = [];
  function lookUp(_name: string, _options: object, answer: Answer): void {
    asked.push(answer);
  }
  vi.spyOn(dns, "lookup").mockImplementation(lookUp as unknown as typeof dns.lookup);
  onTestFinished(() => {
    vi.restoreAllMocks();
  });
  const name = new HostName("fleet.test", new LookupLine(clock), clock);
  const got: string[] = [];
  return {
    clock,
    wait(ms) {
      clock.advance(ms);
      fireTimers();
    },
    asked,
    got,
    ask: () =>
      name.lookup("fleet.test", { all: true }, (error, addresses) => {
        const [first] = Array.isArray(addresses) ? addresses : [];
        got.push(error === null ? (first?.address ?? "nothing") : String(error.code));
      }),
    answer(code, ...addresses) {
      const error = code === null ? null : Object.assign(new Error(code), { code });
      asked.shift()?.(error, addresses);
    },
  };
}

/** What a socket that is being made is told, it is told in the next tick. */
function tick(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}

test("all that ask at the same time share one look-up; the next ask again", () => {
  const rig = start();
  rig.ask();
  rig.ask();
  expect(rig.asked).toHaveLength(1);
  rig.answer(null, OLD);
  expect(rig.got).toEqual([OLD.address, OLD.address]);
  rig.ask();
  rig.answer(null, NEW);
  expect(rig.got.at(-1)).toBe(NEW.address);
});

test("a resolver that is silent: nobody waits for more than five seconds, and nobody asks twice", async () => {
  const rig = start();
  rig.ask();
  rig.wait(LOOKUP_MS_MAX - 1);
  rig.ask();
  expect(rig.got).toEqual([]);
  rig.wait(1);
  expect(rig.got).toEqual(["ETIMEOUT", "ETIMEOUT"]);
  rig.ask();
  expect(rig.got).toHaveLength(2);
  await tick();
  expect(rig.got).toHaveLength(3);
  expect(rig.asked).toHaveLength(1);
  // It may answer all the same.
  rig.answer(null, NEW);
  rig.ask();
  rig.answer("EAI_AGAIN");
  expect(rig.got.slice(3)).toEqual([NEW.address]);
});

test("a name that is known goes on with its last addresses after a moment, and then at once", async () => {
  const rig = start();
  rig.ask();
  rig.answer(null, OLD);
  rig.ask();
  rig.wait(PATIENCE_MS - 1);
  expect(rig.got).toHaveLength(1);
  rig.wait(1);
  expect(rig.got).toEqual([OLD.address, OLD.address]);
  rig.ask();
  await tick();
  expect(rig.got).toHaveLength(3);
  rig.answer("EAI_AGAIN");
  rig.ask();
  rig.answer("EAI_AGAIN");
  expect(rig.got.at(-1)).toBe(OLD.address);
});

test("but not for ever", () => {
  const rig = start();
  rig.ask();
  rig.answer(null, OLD);
  rig.wait(STALE_MS_MAX);
  rig.ask();
  rig.answer("EAI_AGAIN");
  expect(rig.got).toEqual([OLD.address, "EAI_AGAIN"]);
});

test("nor when the name does not exist any more", () => {
  const rig = start();
  rig.ask();
  rig.answer(null, OLD);
  rig.ask();
  rig.answer("ENOTFOUND");
  rig.ask();
  rig.answer("EAI_AGAIN");
  expect(rig.got).toEqual([OLD.address, "ENOTFOUND", "EAI_AGAIN"]);
});

test("who asks for one address gets the first", () => {
  const { clock } = start();
  const name = new HostName("fleet.test", new LookupLine(clock), clock);
  const found = vi.fn();
  name.lookup("fleet.test", {}, found);
  const answer = vi.mocked(dns.lookup).mock.lastCall?.at(-1) as unknown as Answer;
  answer(null, [NEW, OLD]);
  expect(found).toHaveBeenCalledWith(null, NEW.address, NEW.family);
});

test("so many may wait, and no more", async () => {
  const rig = start();
  for (let asked = 0; asked < 4097; asked++) rig.ask();
  await tick();
  expect(rig.got).toEqual(["ETIMEOUT"]);
});
