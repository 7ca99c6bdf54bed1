import { expect, test } from "vitest";
import { toFigures } from "./figures.ts";
import { checkLimit, formatLimit, formatLimited } from "./limit.ts";
import type { Cell } from "./measure.ts";
import { FULL_PLAN } from "./plan.ts";
import { isStreamed } from "./scenario.ts";
import type { Scenario } from "./scenario.ts";
import type { Spread } from "./statistics.ts";

function once(value: number): Spread {
  return { median: value, min: value, max: value };
}

test.each([
  [5, "≤ 2 added", "1.90", true],
  [5.1, "≤ 2 added", "2.00", true],
  [6, "≤ 2 added", "2.90", false],
  [3, "≤ 2 added", "-0.100", true],
])("at most 2 ms more than 3.1: %f", (gatewayMs, limited, told, isMet) => {
  const limit = { type: "added", figure: "first_chunk_p99_ms", max: 2 } as const;
  const values = { direct: once(3.1), nginx: once(90), slipstream: once(gatewayMs) };
  const check = checkLimit(limit, values);
  expect(check).toMatchObject({ type: "added", max: 2, isMet });
  expect(check && [formatLimit(check), formatLimited(check)]).toEqual([limited, told]);
});

test("of rounds the worst counts", () => {
  const limit = { type: "at_most", figure: "memory_mib", max: 256 } as const;
  const check = checkLimit(limit, { slipstream: { median: 200, min: 150, max: 257 } });
  expect(check).toEqual({ type: "at_most", max: 256, value: 257, isMet: false });
});

test("what was not measured has no verdict", () => {
  const limit = { type: "added", figure: "first_chunk_p99_ms", max: 2 } as const;
  expect(checkLimit(limit, { slipstream: once(1) })).toBe(undefined);
  expect(checkLimit(limit, { direct: once(1) })).toBe(undefined);
});

/** Whatever was measured of it: one round of one stream, or request. */
function sampleCell({ name, ...scenario }: Scenario, subject: string): Cell {
  const one = [1];
  return {
    scenario: name,
    subject,
    windowMs: 1_000,
    units: 1,
    cpuMs: 1,
    mockCpuMs: 1,
    loadCpuMs: 1,
    foreignCpuMs: undefined,
    memoryBytes: 2 ** 20,
    latencies: isStreamed({ name, ...scenario })
      ? { type: "streams", firstChunkMs: one, gapMs: one, latenessMs: one, pieces: 1 }
      : { type: "requests", latencyMs: one },
  };
}

test("every limit of the plan is of a figure that there is", () => {
  const { scenarios } = FULL_PLAN;
  const cells = scenarios.flatMap((scenario) =>
    ["direct", "slipstream"].map((subject) => sampleCell(scenario, subject)),
  );
  const checked = toFigures(scenarios, cells).filter(({ limit }) => limit !== undefined);
  expect(checked.map(({ scenario, id }) => `${scenario} ${id}`).toSorted()).toEqual(
    scenarios
      .flatMap(({ name, limits }) => limits.map(({ figure }) => `${name} ${figure}`))
      .toSorted(),
  );
  expect(checked.length).toBeGreaterThan(0);
});
