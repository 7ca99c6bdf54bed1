/**
 * The text of tokens: a function of the scenario and the position alone, so that a test can compute
 * what a client has to receive.
 */
import type { Scenario } from "./scenario.ts";

export type ContentSettings = Pick<Scenario, "content" | "tokens" | "tokenBytes">;

/** Two- to four-byte characters, a joined family, flags, combining marks, right-to-left text. */
const UNICODE_TEXTS = ["你好", "世界", "👩‍👩‍👧‍👦", "e\u0301", "🇨🇭", "नमस्ते", "שלום", "𝒳", "ñ", "한국어"];

/** What a careless scanner takes for the end of an event, of a stream, or for a field of the chunk. */
const HOSTILE_TEXTS = [
  "data: [DONE]\n\n",
  '"finish_reason":"stop"',
  '"usage":{"prompt_tokens":1,"completion_tokens":1}',
  '\r\n\r\ndata: {"error":{"message":"no"}}',
  "\\",
  '"}}]}',
  "\u2028\u2029\u0000\u001b",
  ": comment\n\n",
];

/** @param index From 0. */
export function tokenText(scenario: ContentSettings, index: number): string {
  return pad(plainText(scenario.content, index), scenario.tokenBytes);
}

/** The content of the whole answer; with `content=tools` the text inside the arguments. */
export function contentText(scenario: ContentSettings): string {
  return join(contentTokens(scenario), (index) => tokenText(scenario, index));
}

export function contentTokens({ content, tokens }: ContentSettings): number {
  return content === "empty" ? 0 : tokens;
}

/** @param index From 0. */
export function reasoningText(scenario: ContentSettings, index: number): string {
  return pad(` thought_${index}`, scenario.tokenBytes);
}

/** One piece of the arguments of the tool call; together they are `{"text": contentText}`. */
export function argumentsText(scenario: ContentSettings, index: number): string {
  const opening = index === 0 ? '{"text":"' : "";
  const closing = index === scenario.tokens - 1 ? '"}' : "";
  return opening + tokenText(scenario, index) + closing;
}

/** @param textOf Text of the token at a position. */
export function join(count: number, textOf: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => textOf(index)).join("");
}

function plainText(content: Scenario["content"], index: number): string {
  if (content === "unicode") return cycle(UNICODE_TEXTS, index);
  if (content === "hostile") return cycle(HOSTILE_TEXTS, index);
  return ` token_${index}`;
}

function cycle(texts: readonly string[], index: number): string {
  return texts[index % texts.length] ?? "";
}

function pad(text: string, bytes: number): string {
  return text + ".".repeat(Math.max(0, bytes - Buffer.byteLength(text)));
}
