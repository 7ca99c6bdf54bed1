/** Where and how a scenario reports token counts. */
import type { CompletionRequest } from "./completion-request.ts";
import type { Scenario, UsageMode } from "./scenario.ts";
import { contentTokens } from "./token-text.ts";

/** The `usage` of an answer; counts are numbers except where the scenario distorts them. */
export interface UsageReport {
  readonly prompt_tokens: number | string;
  readonly completion_tokens: number | string;
  readonly total_tokens: number | string;
  readonly prompt_tokens_details: Readonly<Record<string, number | string>>;
  readonly completion_tokens_details: Readonly<Record<string, number | string>>;
}

export interface UsagePlacement {
  /** In the chunks that carry choices. */
  readonly inChunks: "nowhere" | "null" | "counts" | "finish";
  /** Chunks with `choices: []` behind the others. */
  readonly lastChunks: 0 | 1 | 2;
}

const PLACEMENTS: Readonly<Record<Exclude<UsageMode, "auto">, UsagePlacement>> = {
  always: { inChunks: "nowhere", lastChunks: 1 },
  never: { inChunks: "nowhere", lastChunks: 0 },
  continuous: { inChunks: "counts", lastChunks: 1 },
  finish: { inChunks: "finish", lastChunks: 0 },
  negative: { inChunks: "nowhere", lastChunks: 1 },
  huge: { inChunks: "nowhere", lastChunks: 1 },
  string: { inChunks: "nowhere", lastChunks: 1 },
  twice: { inChunks: "nowhere", lastChunks: 2 },
};

/** OpenAI puts `usage: null` in every chunk of a stream whose request asks for usage. */
const PLACEMENTS_ASKED: Readonly<Record<CompletionRequest["usageAsked"], UsagePlacement>> = {
  no: PLACEMENTS.never,
  final: { inChunks: "null", lastChunks: 1 },
  continuous: PLACEMENTS.continuous,
};

export function placeUsage(
  mode: UsageMode,
  asked: CompletionRequest["usageAsked"],
): UsagePlacement {
  if (mode === "auto") return PLACEMENTS_ASKED[asked];
  if (mode === "always" && asked === "continuous") return PLACEMENTS.continuous;
  return PLACEMENTS[mode];
}

/** Reasoning tokens of one choice, shown or hidden. */
export function reasoningCount(scenario: Scenario): number {
  const isShown = scenario.content === "reasoning";
  return isShown && scenario.reasoningTokens === 0 ? scenario.tokens : scenario.reasoningTokens;
}

/** Counts of a whole answer with so many choices. */
export function wholeUsage(scenario: Scenario, choices: number): UsageReport {
  const reasoning = choices * reasoningCount(scenario);
  return reportUsage(scenario, reasoning + choices * contentTokens(scenario), reasoning);
}

export function reportUsage(
  scenario: Scenario,
  completionTokens: number,
  reasoningTokens: number,
): UsageReport {
  const count = DISTORTIONS[scenario.usage] ?? ((tokens: number) => tokens);
  return {
    prompt_tokens: count(scenario.promptTokens),
    completion_tokens: count(completionTokens),
    total_tokens: count(scenario.promptTokens + completionTokens),
    prompt_tokens_details: { cached_tokens: count(scenario.cachedTokens), audio_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: count(reasoningTokens), audio_tokens: 0 },
  };
}

const DISTORTIONS: Readonly<Partial<Record<UsageMode, (tokens: number) => number | string>>> = {
  negative: () => -1,
  huge: () => 1e308,
  string: String,
};
