/** From a scenario to the events of a stream: what is said, and when; not yet how it is written. */
import {
  TOOL_CALL_START,
  finishReason,
  toArgumentsDelta,
  toChunk,
  toChunkChoice,
} from "./completion-json.ts";
import type { CompletionPlan, Delta } from "./completion-json.ts";
import { toJson } from "./json-format.ts";
import type { Scenario } from "./scenario.ts";
import { argumentsText, contentTokens, reasoningText, tokenText } from "./token-text.ts";
import { placeUsage, reasoningCount, reportUsage, wholeUsage } from "./usage-report.ts";
import type { UsageReport } from "./usage-report.ts";

export interface ScriptedEvent {
  /** From the request. */
  readonly atMs: number;
  /** JSON or `[DONE]`. */
  readonly data: string;
  /** Tokens of content in it. */
  readonly tokens: number;
}

interface Line {
  readonly atMs: number;
  readonly delta: Delta;
  readonly kind: "structure" | "content" | "reasoning";
}

export function scriptStream(plan: CompletionPlan): readonly ScriptedEvent[] {
  const { scenario, request } = plan;
  const lines = scriptChoice(plan);
  const endMs = lines.at(-1)?.atMs ?? firstTokenMs(scenario);
  const script = new Script(plan);
  for (const line of lines) script.say(line, null);
  const reason = finishReason(scenario);
  script.say({ atMs: endMs, delta: {}, kind: "structure" }, reason);
  const { lastChunks } = placeUsage(scenario.usage, request.usageAsked);
  const last = toJson(toChunk(plan, [], wholeUsage(scenario, request.choices)), scenario.json);
  const tail = [...Array.from({ length: lastChunks }, () => last), ...scriptDone(plan)];
  return [...script.events, ...tail.map((data) => ({ atMs: endMs, data, tokens: 0 }))];
}

/** A chunk that says nothing. */
export function emptyDelta(plan: CompletionPlan): string {
  const choice = toChunkChoice(plan, 0, { content: "" }, null);
  return toJson(toChunk(plan, [choice], undefined), plan.scenario.json);
}

/** When the first token is due. */
export function firstTokenMs({ ttft, headersDelay }: Scenario): number {
  return Math.max(ttft, headersDelay);
}

/** What one choice says before its finish reason. */
function scriptChoice({ scenario, request }: CompletionPlan): readonly Line[] {
  const isTools = scenario.content === "tools";
  const lines: Line[] = [];
  if (scenario.role && request.endpoint === "chat") {
    const delta: Delta = { role: "assistant", content: isTools ? null : "" };
    lines.push({ atMs: scenario.headersDelay, delta, kind: "structure" });
  }
  const startMs = firstTokenMs(scenario);
  if (isTools) lines.push({ atMs: startMs, delta: TOOL_CALL_START, kind: "structure" });
  const thoughts = scenario.content === "reasoning" ? reasoningCount(scenario) : 0;
  for (let index = 0; index < thoughts; index++) {
    const delta = { reasoning_content: reasoningText(scenario, index) };
    lines.push({ atMs: startMs + index * scenario.gap, delta, kind: "reasoning" });
  }
  for (let index = 0; index < contentTokens(scenario); index++) {
    const delta = isTools
      ? toArgumentsDelta(argumentsText(scenario, index))
      : { content: tokenText(scenario, index) };
    lines.push({ atMs: startMs + (thoughts + index) * scenario.gap, delta, kind: "content" });
  }
  return lines;
}

function scriptDone(plan: CompletionPlan): readonly string[] {
  const { done, envelope, json } = plan.scenario;
  if (done === "off" || envelope === "jsonl") return [];
  if (done === "on") return ["[DONE]"];
  const choice = toChunkChoice(plan, 0, { content: " after" }, null);
  return ["[DONE]", toJson(toChunk(plan, [choice], undefined), json)];
}

/** Collects the events of all choices and counts for `usage=continuous`. */
class Script {
  readonly events: ScriptedEvent[] = [];
  readonly #plan: CompletionPlan;
  /** Tokens said so far; hidden reasoning was thought before the first. */
  #reasoning: number;
  #content = 0;

  constructor(plan: CompletionPlan) {
    this.#plan = plan;
    const isHidden = plan.scenario.content !== "reasoning";
    this.#reasoning = isHidden ? plan.request.choices * plan.scenario.reasoningTokens : 0;
  }

  /** One event per choice: OpenAI never puts two choices in one chunk. */
  say({ atMs, delta, kind }: Line, finish: string | null): void {
    for (let index = 0; index < this.#plan.request.choices; index++) {
      if (kind === "content") this.#content++;
      if (kind === "reasoning") this.#reasoning++;
      const choice = toChunkChoice(this.#plan, index, delta, finish);
      const chunk = toChunk(this.#plan, [choice], this.#usage(finish !== null));
      const data = toJson(chunk, this.#plan.scenario.json);
      this.events.push({ atMs, data, tokens: kind === "structure" ? 0 : 1 });
    }
  }

  #usage(isFinish: boolean): UsageReport | null | undefined {
    const { scenario, request } = this.#plan;
    const { inChunks } = placeUsage(scenario.usage, request.usageAsked);
    if (inChunks === "null") return null;
    if (inChunks === "nowhere" || (inChunks === "finish" && !isFinish)) return undefined;
    return reportUsage(scenario, this.#reasoning + this.#content, this.#reasoning);
  }
}
