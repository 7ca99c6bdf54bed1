/** How long it takes from the start of a process to its first good answer, and what it takes up by then. */
import type { Figure } from "./figures.ts";
import { ask } from "./load-generator.ts";
import { toTarget } from "./measure.ts";
import { readMemoryBytes } from "./process-cpu.ts";
import type { Scenario } from "./scenario.ts";
import { onStage } from "./stage.ts";
import type { StageOptions } from "./stage.ts";
import { toSpread } from "./statistics.ts";
import type { Stage, StartSubject } from "./subjects/subject.ts";

/** As results call it. */
export const COLD_START = "cold_start";

export interface ColdStart {
  readonly subject: string;
  readonly firstAnswerMs: number;
  readonly memoryBytes: number;
}

/** @throws {InvalidRun} when the first answer was wrong. */
export async function measureColdStarts(
  subjects: readonly StartSubject[],
  times: number,
  options: StageOptions,
): Promise<ColdStart[]> {
  const starts: ColdStart[] = [];
  for (let round = 0; round < times; round++) {
    starts.push(...(await onStage(options, (stage) => startEach(subjects, stage))));
  }
  return starts;
}

async function startEach(subjects: readonly StartSubject[], stage: Stage): Promise<ColdStart[]> {
  const scenario = pickScenario(stage.scenarios);
  const starts: ColdStart[] = [];
  for (const start of subjects) {
    const subject = await start(stage);
    if (subject.startedMs === undefined || scenario === undefined) continue;
    await ask(toTarget(subject, scenario), scenario);
    const firstAnswerMs = performance.now() - subject.startedMs;
    const memoryBytes = readMemoryBytes(subject.pids);
    starts.push({ subject: subject.name, firstAnswerMs, memoryBytes });
  }
  return starts;
}

function pickScenario(scenarios: readonly Scenario[]): Scenario | undefined {
  return scenarios.find(({ traffic }) => traffic.type === "requests");
}

export function toColdStartFigures(starts: readonly ColdStart[]): Figure[] {
  if (starts.length === 0) return [];
  const rows = [
    {
      id: "first_answer_ms",
      label: "process start to first answer, ms",
      read: ({ firstAnswerMs }: ColdStart) => firstAnswerMs,
    },
    {
      id: "memory_mib",
      label: "memory then, MiB",
      read: ({ memoryBytes }: ColdStart) => memoryBytes / 2 ** 20,
    },
  ];
  return rows.map(({ id, label, read }) => ({
    id,
    scenario: COLD_START,
    label,
    values: Object.fromEntries(
      [...Map.groupBy(starts, ({ subject }) => subject)].flatMap(([subject, own]) => {
        const spread = toSpread(own.map(read));
        return spread === undefined ? [] : [[subject, spread]];
      }),
    ),
    comparison: undefined,
    limit: undefined,
  }));
}
