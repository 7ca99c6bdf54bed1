/**
 * The two kinds of traffic, in the mock's words: what it plays and what has to come back.
 *
 * The mock's tokens are ` token_0 token_1 ...`, so every answer can be told from a damaged one.
 */
import { tokensPerStream } from "./plan.ts";
import type { Plan } from "./plan.ts";

export type ScenarioName = "streams" | "requests";

export interface Scenario {
  readonly name: ScenarioName;
  /** Model name by which the mock plays it. */
  readonly script: string;
  /** Content tokens of each answer. */
  readonly tokens: number;
}

export type Scenarios = Readonly<Record<ScenarioName, Scenario>>;

/** With the envelope, an answer of about 1 KB. */
const TOKENS_PER_ANSWER = 60;

/** With the rest of the body, a request of about 0.5 KB. */
const PROMPT = "Say what a gateway does with a stream of tokens. ".repeat(8);

export function createScenarios(plan: Plan): Scenarios {
  const { gapMs } = plan.streams;
  const tokens = tokensPerStream(plan.streams);
  return {
    streams: { name: "streams", script: `mock/tokens=${tokens},gap=${gapMs}`, tokens },
    requests: {
      name: "requests",
      script: `mock/tokens=${TOKENS_PER_ANSWER}`,
      tokens: TOKENS_PER_ANSWER,
    },
  };
}

/** @param model As the subject calls it. */
export function requestBody(scenario: Scenario, model: string): string {
  return JSON.stringify({
    model,
    stream: scenario.name === "streams",
    messages: [{ role: "user", content: PROMPT }],
  });
}

/** @param index From 0. */
export function tokenText(index: number): string {
  return ` token_${index}`;
}

export function answerText(tokens: number): string {
  return Array.from({ length: tokens }, (_, index) => tokenText(index)).join("");
}
