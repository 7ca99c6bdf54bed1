/**
 * OpenAI's objects for completions: chunks of a stream and whole answers, for both endpoints.
 * Source: the chat and completions pages of https://platform.openai.com/docs/api-reference
 */
import type { CompletionRequest } from "./completion-request.ts";
import type { Scenario } from "./scenario.ts";
import { argumentsText, contentText, contentTokens, join, reasoningText } from "./token-text.ts";
import { reasoningCount, wholeUsage } from "./usage-report.ts";
import type { UsageReport } from "./usage-report.ts";

/** Everything that the bytes of an answer depend on. */
export interface CompletionPlan {
  readonly request: CompletionRequest;
  readonly scenario: Scenario;
  /** The answer's `id` without its prefix. */
  readonly id: string;
  readonly createdSeconds: number;
}

export interface Delta {
  readonly role?: "assistant";
  readonly content?: string | null;
  readonly reasoning_content?: string;
  readonly tool_calls?: readonly object[];
}

/** The `id` of an answer begins with what it is. */
export const ID_PREFIXES: Readonly<Record<CompletionRequest["endpoint"], string>> = {
  chat: "chatcmpl-",
  text: "cmpl-",
};

const TOOL_CALL_ID = "call_mock_0";
const TOOL_NAME = "mock_tool";

/** The call before its arguments: id and name come once, then only the index says which it is. */
export const TOOL_CALL_START: Delta = {
  tool_calls: [
    { index: 0, id: TOOL_CALL_ID, type: "function", function: { name: TOOL_NAME, arguments: "" } },
  ],
};

export function toArgumentsDelta(text: string): Delta {
  return { tool_calls: [{ index: 0, function: { arguments: text } }] };
}

export function finishReason({ content, finish }: Scenario): string {
  if (finish !== "auto") return finish;
  return content === "tools" ? "tool_calls" : "stop";
}

/** @param usage `undefined` leaves the field out. */
export function toChunk(
  plan: CompletionPlan,
  choices: readonly object[],
  usage: UsageReport | null | undefined,
): object {
  const name = plan.request.endpoint === "chat" ? "chat.completion.chunk" : "text_completion";
  return { ...toHead(plan, name), choices, ...(usage !== undefined && { usage }) };
}

export function toChunkChoice(
  { request }: CompletionPlan,
  index: number,
  delta: Delta,
  finish: string | null,
): object {
  const shared = { logprobs: null, finish_reason: finish };
  return request.endpoint === "chat"
    ? { index, delta, ...shared }
    : { index, text: delta.content ?? "", ...shared };
}

/** The answer to a request that does not ask for a stream. */
export function toCompletion(plan: CompletionPlan): object {
  const { request, scenario } = plan;
  const name = request.endpoint === "chat" ? "chat.completion" : "text_completion";
  const content =
    request.endpoint === "chat"
      ? { message: toMessage(scenario) }
      : { text: contentText(scenario) };
  const shared = { logprobs: null, finish_reason: finishReason(scenario) };
  const choices = Array.from({ length: request.choices }, (_, index) => ({
    index,
    ...content,
    ...shared,
  }));
  const hasUsage = scenario.usage !== "never";
  const usage = hasUsage && { usage: wholeUsage(scenario, request.choices) };
  return { ...toHead(plan, name), choices, ...usage };
}

function toMessage(scenario: Scenario): object {
  const message = { role: "assistant", content: contentText(scenario), refusal: null };
  if (scenario.content === "reasoning") {
    const text = join(reasoningCount(scenario), (index) => reasoningText(scenario, index));
    return { ...message, reasoning_content: text };
  }
  if (scenario.content !== "tools") return message;
  const text = join(contentTokens(scenario), (index) => argumentsText(scenario, index));
  const call = {
    id: TOOL_CALL_ID,
    type: "function",
    function: { name: TOOL_NAME, arguments: text },
  };
  return { ...message, content: null, tool_calls: [call] };
}

function toHead({ request, id, createdSeconds }: CompletionPlan, object: string): object {
  return {
    id: ID_PREFIXES[request.endpoint] + id,
    object,
    created: createdSeconds,
    model: request.model,
    system_fingerprint: "fp_mock",
  };
}
