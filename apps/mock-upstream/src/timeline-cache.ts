/**
 * Keeps compiled timelines, so that the thousandth stream of a load test costs no JSON.
 *
 * A timeline can be shared if only the id differs from request to request, and if it is there to
 * see: not compressed, not cut in two. The others are compiled for each request.
 */
import { compileCompletion } from "./compile-timeline.ts";
import type { CompletionPlan } from "./completion-json.ts";
import { formatScenario } from "./scenario-syntax.ts";
import type { Scenario } from "./scenario.ts";
import { ID_PLACEHOLDER } from "./timeline.ts";
import type { Timeline } from "./timeline.ts";

/** Bytes of all timelines together; above it the oldest go. */
const CACHE_BYTES_MAX = 64 * 1024 * 1024;

interface Entry {
  readonly timeline: Timeline;
  readonly bytes: number;
}

export class TimelineCache {
  readonly #entries = new Map<string, Entry>();
  #bytes = 0;

  /** @throws {ScenarioError} when the scenario is too large to play. */
  compile(plan: CompletionPlan): Timeline {
    if (!isShareable(plan.scenario)) return compileCompletion(plan);
    const key = JSON.stringify([plan.request, plan.createdSeconds, formatScenario(plan.scenario)]);
    const known = this.#entries.get(key);
    if (known !== undefined) return known.timeline;
    const timeline = compileCompletion({ ...plan, id: ID_PLACEHOLDER });
    this.#keep(key, { timeline, bytes: timelineBytes(timeline) });
    return timeline;
  }

  #keep(key: string, entry: Entry): void {
    if (entry.bytes > CACHE_BYTES_MAX) return;
    this.#entries.set(key, entry);
    this.#bytes += entry.bytes;
    for (const [oldest, { bytes }] of this.#entries) {
      if (this.#bytes <= CACHE_BYTES_MAX) return;
      this.#entries.delete(oldest);
      this.#bytes -= bytes;
    }
  }
}

function isShareable(scenario: Scenario): boolean {
  const isCut = scenario.writesPerEvent > 1 || scenario.writeBytes > 0 || scenario.fail === "drip";
  const hasDate = scenario.retryAfter !== "none";
  return !isCut && !hasDate && scenario.encoding === "identity";
}

/** A step is about 200 bytes of objects. */
function timelineBytes({ steps }: Timeline): number {
  return steps.reduce(
    (sum, step) => sum + 200 + (step.type === "write" ? step.bytes.length : 0),
    0,
  );
}
