/**
 * The kinds of traffic, in the mock's words: what it plays and what has to come back.
 *
 * The mock's tokens are ` token_0 token_1 ...`, so every answer can be told from a damaged one.
 */

import type { Limit } from "./limit.ts";
import type { BARE, BASE, NGINX } from "./subjects/subject.ts";

/** Streams at a fixed pace: every token is an event. */
export interface StreamShape {
  readonly streams: number;
  /** ms from event to event of one stream. */
  readonly gapMs: number;
  /** Before the window, after the last stream has begun. */
  readonly settleMs: number;
  readonly windowMs: number;
  /** Of the clients, those that leave while the window is open, one after the other: 0 to 1. */
  readonly leavingShare: number;
}

/** Requests at a fixed rate, whatever becomes of them. */
export interface RequestShape {
  readonly requestsPerSecond: number;
  readonly connections: number;
  readonly settleMs: number;
  readonly windowMs: number;
}

/** The same, each answered with a short stream at a fixed pace. */
export interface ArrivalShape extends RequestShape {
  readonly eventsPerStream: number;
  /** ms from event to event of one stream. */
  readonly gapMs: number;
}

export type Traffic =
  | ({ readonly type: "streams" } & StreamShape)
  | ({ readonly type: "arrivals" } & ArrivalShape)
  | ({ readonly type: "requests" } & RequestShape);

/** With what the gateway is compared, and what of: CPU per event or request, as a multiple. */
export type ComparisonPlan =
  /** Each alone, in turns. */
  | { readonly type: "in_turns"; readonly with: typeof NGINX; readonly budget: number | undefined }
  /**
   * Both at once, on one core: whatever disturbs the machine disturbs both, so that less than a tenth can be
   * told. Only what is alike may be compared so: each finds the other's traces in the caches.
   */
  | {
      readonly type: "side_by_side";
      readonly with: typeof BARE | typeof BASE;
      readonly budget: number;
    };

/** One row of the plan. */
export interface ScenarioRow {
  /** As results and models are called. */
  readonly name: string;
  readonly label: string;
  readonly traffic: Traffic;
  /** Length of the prompt, bytes; with the rest of the body some hundred more. */
  readonly promptBytes: number;
  /**
   * Played once before, at a higher rate, and not counted: what has run for a minute has compiled its code, opened
   * its connections and filled its caches. `undefined` where it is warm by then.
   */
  readonly warmUp: Traffic | undefined;
  /** Even, so that each order of nginx and gateway comes as often as the other. */
  readonly rounds: number;
  readonly comparison: ComparisonPlan;
  /** What else is promised of the gateway. */
  readonly limits: readonly Limit[];
  /**
   * Whether the load has to come as planned for the run to be valid. If it is more than can be made, what comes of
   * it is the figure.
   */
  readonly load: "required" | "excessive";
}

export interface Scenario extends Omit<ScenarioRow, "warmUp"> {
  readonly warmUp: Scenario | undefined;
  /** Model name by which the mock plays it. */
  readonly script: string;
  /** Content tokens of each answer. */
  readonly tokens: number;
}

/** Whether events are counted, or whole answers. */
export function isStreamed({ traffic }: Scenario): boolean {
  return traffic.type !== "requests";
}

/** Of the window's planned units, how many can come: who leaves evenly spread misses half of it. */
export function plannedUnits({ traffic }: Scenario, windowMs: number): number {
  switch (traffic.type) {
    case "streams":
      return ((traffic.streams * windowMs) / traffic.gapMs) * (1 - traffic.leavingShare / 2);
    case "arrivals":
      return (traffic.requestsPerSecond * traffic.eventsPerStream * windowMs) / 1000;
    case "requests":
      return (traffic.requestsPerSecond * windowMs) / 1000;
  }
}

/** With the envelope, an answer of about 1 KB. */
const TOKENS_PER_ANSWER = 60;

const PROMPT = "Say what a gateway does with a stream of tokens. ";

export function createScenario(row: ScenarioRow): Scenario {
  const warmUp = createWarmUp(row);
  const tokens = tokensPerAnswer(row.traffic);
  const pace = row.traffic.type === "requests" ? "" : `,gap=${row.traffic.gapMs}`;
  return { ...row, warmUp, script: `mock/tokens=${tokens}${pace}`, tokens };
}

function tokensPerAnswer(traffic: Traffic): number {
  switch (traffic.type) {
    case "streams":
      return tokensPerStream(traffic);
    case "arrivals":
      return traffic.eventsPerStream;
    case "requests":
      return TOKENS_PER_ANSWER;
  }
}

/** How much of it comes does not matter. */
function createWarmUp({ warmUp, ...row }: ScenarioRow): Scenario | undefined {
  if (warmUp === undefined) return undefined;
  const name = `${row.name}_warm_up`;
  return createScenario({ ...row, name, traffic: warmUp, warmUp: undefined, load: "excessive" });
}

/** All that the model must be able to play. */
export function withWarmUps(scenarios: readonly Scenario[]): Scenario[] {
  return scenarios.flatMap((scenario) =>
    scenario.warmUp === undefined ? [scenario] : [scenario.warmUp, scenario],
  );
}

/** @param model As the subject calls it. */
export function requestBody(scenario: Scenario, model: string): string {
  const { promptBytes } = scenario;
  const content = PROMPT.repeat(Math.ceil(promptBytes / PROMPT.length)).slice(0, promptBytes);
  return JSON.stringify({
    model,
    stream: isStreamed(scenario),
    messages: [{ role: "user", content }],
  });
}

/** @param index From 0. */
export function tokenText(index: number): string {
  return ` token_${index}`;
}

export function answerText(tokens: number): string {
  return Array.from({ length: tokens }, (_, index) => tokenText(index)).join("");
}

/** For the last of many streams to begin, ms. */
const RAMP_MS_MAX = 2_500;

/**
 * ms between the starts of two streams. A quarter of the pace and a bit: the streams' phases then
 * cover the pace evenly, so that events do not come in bursts of a hundred. Of many streams the bit, as
 * often as it takes: it covers the pace alone.
 */
export function startStepMs({ streams, gapMs }: StreamShape): number {
  const bitMs = gapMs / streams;
  const stepMs = gapMs / 4 + bitMs;
  return stepMs * streams <= RAMP_MS_MAX ? stepMs : RAMP_MS_MAX / streams + bitMs;
}

/** Tokens that keep every stream running until the window has closed, the first one's included. */
function tokensPerStream(shape: StreamShape): number {
  const runMs = startStepMs(shape) * shape.streams + shape.settleMs + shape.windowMs;
  /** For timers that come late. */
  const spareMs = 200;
  return Math.ceil((runMs + spareMs) / shape.gapMs);
}
