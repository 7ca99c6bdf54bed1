import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { measureColdStarts } from "./cold-start.ts";
import { toFigures } from "./figures.ts";
import { InvalidRun } from "./invalid-run.ts";
import type { Cell } from "./measure.ts";
import type { Plan } from "./plan.ts";
import { createScenario } from "./scenario.ts";
import type { Traffic } from "./scenario.ts";
import { run } from "./run.ts";
import { startDirect } from "./subjects/direct.ts";
import { startGateway } from "./subjects/gateway.ts";
import { startPeer } from "./subjects/peer.ts";
import type { StartSubject, Subject } from "./subjects/subject.ts";

const SHARED = {
  label: "",
  promptBytes: 400,
  warmUp: undefined,
  rounds: 1,
  comparison: { type: "in_turns", with: "nginx", budget: undefined },
  limits: [],
  load: "required",
} as const;
const STREAM_COUNT = 10;
const STREAMS = createScenario({
  ...SHARED,
  name: "streams",
  traffic: {
    type: "streams",
    streams: STREAM_COUNT,
    gapMs: 20,
    settleMs: 100,
    windowMs: 600,
    leavingShare: 0,
  },
});
const REQUESTS = createScenario({
  ...SHARED,
  name: "requests",
  traffic: {
    type: "requests",
    requestsPerSecond: 50,
    connections: 4,
    settleMs: 100,
    windowMs: 400,
  },
});

const ARRIVALS = createScenario({
  ...SHARED,
  name: "arrivals",
  traffic: {
    type: "arrivals",
    requestsPerSecond: 50,
    eventsPerStream: 5,
    gapMs: 20,
    connections: 20,
    settleMs: 200,
    windowMs: 600,
  },
  limits: [{ type: "added", figure: "first_chunk_p99_ms", max: 60_000 }],
});

/** A run in miniature: enough to see that all events arrive, too short for any figure. */
const PLAN: Plan = {
  isQuick: true,
  coldStarts: 0,
  scenarios: [STREAMS, REQUESTS],
  // Beside other tests, anything may come late.
  loadShareMin: 0,
};

/** ms. Each test starts up to four Node processes, on a machine that may be busy with other tests. */
const TIMEOUT_MS = 60_000;

function runPlan(
  subjects: readonly StartSubject[],
  signal: AbortSignal = new AbortController().signal,
  plan: Plan = PLAN,
): Promise<Cell[]> {
  const pinning = { type: "free", reason: "a test" } as const;
  return run({ plan, subjects, pinning, mockPort: 0, onRound: () => undefined, signal });
}

/** A subject with something about it changed. */
function alter(start: StartSubject, change: (subject: Subject) => Partial<Subject>): StartSubject {
  return async (stage) => {
    const subject = await start(stage);
    return { ...subject, ...change(subject) };
  };
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

test(
  "counts every event of every stream, direct and through the gateway",
  { timeout: TIMEOUT_MS },
  async () => {
    const pids: number[] = [];
    const startNoted = alter(startGateway, (gateway) => {
      pids.push(...gateway.pids);
      return {};
    });
    const cells = await runPlan([startDirect, startNoted]);

    expect(cells.map(({ scenario, subject }) => `${scenario} ${subject}`)).toEqual([
      "streams direct",
      "streams slipstream",
      "requests direct",
      "requests slipstream",
    ]);
    for (const { subject, units, cpuMs, memoryBytes, latencies } of cells) {
      expect(units).toBeGreaterThan(0);
      expect([cpuMs > 0, memoryBytes > 0]).toEqual(Array(2).fill(subject === "slipstream"));
      if (latencies.type === "requests") continue;
      expect(latencies.firstChunkMs).toHaveLength(STREAM_COUNT);
      // A first content that came late has no gap.
      expect(latencies.gapMs.length).toBeGreaterThanOrEqual(units - STREAM_COUNT);
      expect(latencies.latenessMs).toHaveLength(units);
    }
    expect(toFigures(PLAN.scenarios, cells).map(({ comparison }) => comparison)).not.toContainEqual(
      expect.anything(),
    );
    expect(pids.map(isRunning)).toEqual([false]);
  },
);

test(
  "another gateway is measured like ours, and its model is called as it wants",
  async () => {
    const pids: number[] = [];
    const startPeered: StartSubject = async (stage) => {
      const { address, pids: own, headers } = await startGateway(stage);
      pids.push(...own);
      const url = new URL(`http://${address.host}:${address.port}/v1/chat/completions`);
      const peer = { name: "other", url, pids: own, headers, model: "{scenario}" };
      return startPeer(peer, { type: "free", reason: "a test" })(stage);
    };
    const cells = await runPlan([startPeered]);
    expect(cells.map(({ subject }) => subject)).toEqual(["other", "other"]);
    expect(cells.every(({ units, cpuMs }) => units > 0 && cpuMs > 0)).toBe(true);
    expect(pids.map(isRunning)).toEqual([false]);
  },
  TIMEOUT_MS,
);

test(
  "a guest that does not answer well leaves a gap, and the run goes on",
  { timeout: TIMEOUT_MS },
  async () => {
    const gaps: string[] = [];
    const guest = alter(startGateway, () => ({
      name: "other",
      headers: {},
      failure: "leaves_gap",
    }));
    const cells = await run({
      plan: PLAN,
      subjects: [startDirect, guest],
      pinning: { type: "free", reason: "a test" },
      mockPort: 0,
      onRound: (round) => gaps.push(...round.gaps),
      signal: new AbortController().signal,
    });
    expect(cells.map(({ subject }) => subject)).toEqual(["direct", "direct"]);
    expect(gaps).toEqual([
      expect.stringContaining("streams through other: 10 of 10 answers are bad: status 401"),
      expect.stringContaining("requests through other"),
    ]);
  },
);

test(
  "a gateway started anew is timed up to its first good answer",
  async () => {
    const pinning = { type: "free", reason: "a test" } as const;
    const signal = new AbortController().signal;
    const { scenarios } = PLAN;
    const starts = await measureColdStarts([startGateway], 1, {
      pinning,
      scenarios,
      mockPort: 0,
      signal,
    });
    expect(starts).toMatchObject([{ subject: "slipstream" }]);
    expect(starts[0]?.firstAnswerMs).toBeGreaterThan(50);
    expect(starts[0]?.memoryBytes).toBeGreaterThan(2 ** 24);
  },
  TIMEOUT_MS,
);

test(
  "streams that arrive all the time tell what the gateway adds to their first content",
  async () => {
    const scenarios = [ARRIVALS];
    const cells = await runPlan([startDirect, startGateway], undefined, { ...PLAN, scenarios });
    expect(cells.map(({ subject }) => subject)).toEqual(["direct", "slipstream"]);
    for (const { units, latencies } of cells) {
      if (latencies.type !== "streams") throw new Error("streams are told as such");
      expect(units).toBeGreaterThan(0);
      expect(latencies.latenessMs).toHaveLength(units);
      expect(latencies.firstChunkMs.length).toBeGreaterThan(0);
      // No connection is opened in the window, and no stream of before or behind it counts.
      const { requestsPerSecond, windowMs } = ARRIVALS.traffic as Traffic & { type: "arrivals" };
      expect(latencies.firstChunkMs.length).toBeLessThan((requestsPerSecond * windowMs * 2) / 1000);
    }
    const limits = toFigures(scenarios, cells).flatMap(({ id, limit }) => (limit ? [id] : []));
    expect(limits).toEqual(["first_chunk_p99_ms"]);
  },
  TIMEOUT_MS,
);

test(
  "clients that leave are no problem, of the mock, the gateway or the run",
  async () => {
    const traffic = { ...STREAMS.traffic, leavingShare: 0.2 } as Traffic;
    const leaving = createScenario({ ...SHARED, name: "leaving", traffic });
    const cells = await runPlan([startGateway], undefined, { ...PLAN, scenarios: [leaving] });
    expect(cells).toHaveLength(1);
  },
  TIMEOUT_MS,
);

test("a stream that is too short makes the run invalid", { timeout: TIMEOUT_MS }, async () => {
  const short = alter(startDirect, () => ({ modelOf: () => "mock/tokens=3" }));
  const wanted = STREAMS.tokens;
  const problem = `10 of 10 answers are bad: 3 content chunks instead of ${wanted}`;
  await expect(runPlan([short])).rejects.toMatchObject({
    name: InvalidRun.name,
    message: expect.stringContaining(`streams through direct: ${problem}`),
  });
});

test("the gateway is measured with keys on", { timeout: TIMEOUT_MS }, async () => {
  const keyless = alter(startGateway, () => ({ headers: {} }));
  await expect(runPlan([keyless])).rejects.toThrow(
    /answers are bad: status 401: .*"missing_api_key"/,
  );
});

test("a peer that does not run is named", { timeout: TIMEOUT_MS }, async () => {
  const { pid } = spawnSync(process.execPath, ["--version"]);
  const url = new URL("http://127.0.0.1:9/v1/chat/completions");
  const peer = { name: "other", url, pids: [pid], headers: {}, model: "{script}" };
  const ended = startPeer(peer, { type: "free", reason: "a test" });
  await expect(runPlan([ended])).rejects.toThrow(
    `other cannot be measured: process ${pid} has ended`,
  );
});

/** Where nobody listens. */
const NOWHERE = { host: "127.0.0.1", port: 9 };

test("a peer that runs and does not listen yet is named", { timeout: TIMEOUT_MS }, async () => {
  const url = new URL(`http://${NOWHERE.host}:${NOWHERE.port}/v1/chat/completions`);
  const peer = { name: "other", url, pids: [process.pid], headers: {}, model: "{script}" };
  const starting = startPeer(peer, { type: "free", reason: "a test" });
  await expect(runPlan([starting])).rejects.toThrow(
    "other cannot be measured: nobody answers at 127.0.0.1:9",
  );
});

test("a peer that has gone in the middle leaves gaps", { timeout: TIMEOUT_MS }, async () => {
  const gone = alter(startDirect, () => ({
    name: "other",
    address: NOWHERE,
    failure: "leaves_gap",
  }));
  const cells = await runPlan([startDirect, gone]);
  expect(cells.map(({ subject }) => subject)).toEqual(["direct", "direct"]);
});

test("an interrupted run ends what it has started", { timeout: TIMEOUT_MS }, async () => {
  const interrupt = new AbortController();
  const pids: number[] = [];
  const interrupted = alter(startGateway, (gateway) => {
    pids.push(...gateway.pids);
    interrupt.abort(new Error("interrupted"));
    return {};
  });
  await expect(runPlan([interrupted], interrupt.signal)).rejects.toThrow("interrupted");
  expect(pids.map(isRunning)).toEqual([false]);
});
