import type { Usage } from "@slipstream/contracts/usage";
import { usage } from "@slipstream/testkit/recorded-streams/recorded-stream";
import fc from "fast-check";
import { expect, test } from "vitest";
import { TOKENS_MAX } from "./read-count.ts";
import { readInputUsage, readUsage } from "./read-usage.ts";

test.each<[string, object, Usage]>([
  [
    "openai, chat",
    {
      prompt_tokens: 60,
      completion_tokens: 64,
      total_tokens: 124,
      prompt_tokens_details: { cached_tokens: 16, audio_tokens: 42 },
      completion_tokens_details: { reasoning_tokens: 4, audio_tokens: 49 },
    },
    usage(60, 64, {
      cachedInputTokens: 16,
      reasoningTokens: 4,
      audioInputTokens: 42,
      audioOutputTokens: 49,
    }),
  ],
  [
    "openai, responses",
    {
      input_tokens: 9,
      input_tokens_details: { cached_tokens: 3 },
      output_tokens: 5,
      output_tokens_details: { reasoning_tokens: 2 },
      total_tokens: 14,
    },
    usage(9, 5, { cachedInputTokens: 3, reasoningTokens: 2 }),
  ],
  [
    "openai, transcription",
    {
      type: "tokens",
      input_tokens: 14,
      input_token_details: { text_tokens: 4, audio_tokens: 10 },
      output_tokens: 8,
      total_tokens: 22,
    },
    usage(14, 8, { audioInputTokens: 10 }),
  ],
  [
    "deepseek",
    { prompt_tokens: 9, completion_tokens: 1, prompt_cache_hit_tokens: 8 },
    usage(9, 1, { cachedInputTokens: 8 }),
  ],
  [
    "anthropic's cache counts, which the total may hold",
    { prompt_tokens: 9, completion_tokens: 1, total_tokens: 910, cache_read_input_tokens: 900 },
    usage(9, 1, { cachedInputTokens: 900 }),
  ],
  [
    "moonshot",
    { prompt_tokens: 9, completion_tokens: 1, cached_tokens: 7 },
    usage(9, 1, { cachedInputTokens: 7 }),
  ],
  [
    "sglang",
    { prompt_tokens: 9, completion_tokens: 6, prompt_tokens_details: null, reasoning_tokens: 5 },
    usage(9, 6, { reasoningTokens: 5 }),
  ],
  [
    "xai, reasoning beside the completion",
    {
      prompt_tokens: 9,
      completion_tokens: 6,
      total_tokens: 20,
      completion_tokens_details: { reasoning_tokens: 5 },
    },
    usage(9, 11, { reasoningTokens: 5 }),
  ],
  [
    "gemini, reasoning in the total only",
    { prompt_tokens: 9, completion_tokens: 6, total_tokens: 20 },
    usage(9, 11),
  ],
  [
    "a total that nothing explains",
    {
      prompt_tokens: 9,
      completion_tokens: 6,
      total_tokens: 20,
      completion_tokens_details: { reasoning_tokens: 1 },
    },
    usage(9, 6, { reasoningTokens: 1 }),
  ],
  [
    "a total that is none",
    { prompt_tokens: 9, completion_tokens: 6, total_tokens: 1e300 },
    usage(9, 6),
  ],
])("%s", (_name, reported, expected) => {
  expect(readUsage(reported)).toStrictEqual(expected);
});

test.each([undefined, null, 7, "usage", [{ prompt_tokens: 1 }]])("%j is no usage", (value) => {
  expect(readUsage(value)).toBe(undefined);
});

test.each<[unknown, number | undefined]>([
  [-1, undefined],
  [-Infinity, undefined],
  [0.5, 1],
  [TOKENS_MAX + 1, TOKENS_MAX],
  [Infinity, TOKENS_MAX],
  ["12", 12],
  ["99999999999999999999", TOKENS_MAX],
  ["-12", undefined],
  ["", undefined],
  ["many", undefined],
  [NaN, undefined],
  [true, undefined],
  [{}, undefined],
])("a count of %j is suspect and read as %j", (reported, outputTokens) => {
  const found = readUsage({ prompt_tokens: 3, completion_tokens: reported, total_tokens: 9 });
  expect(found).toMatchObject({ inputTokens: 3, outputTokens, isSuspect: true });
});

test("whatever is reported, a count is a whole number within bounds, and what is in order is kept", () => {
  const count = fc.oneof(
    fc.integer({ min: 0, max: TOKENS_MAX }),
    fc.anything(),
    fc.double(),
    fc.stringMatching(/^\d{1,30}$/),
  );
  fc.assert(
    fc.property(count, count, count, (prompt, output, cached) => {
      const found = readUsage({
        prompt_tokens: prompt,
        completion_tokens: output,
        prompt_tokens_details: { cached_tokens: cached },
      });
      const { isSuspect, ...counts } = found ?? usage(0, 0);
      for (const tokens of Object.values(counts)) {
        if (tokens === undefined) continue;
        expect(Number.isInteger(tokens) && tokens >= 0 && tokens <= TOKENS_MAX).toBe(true);
      }
      const reported = [prompt, output, cached].map((value) => value ?? undefined);
      const read = [counts.inputTokens, counts.outputTokens, counts.cachedInputTokens];
      // -0 is 0.
      const isKept = reported.every((value, index) => value === read[index]);
      expect(isSuspect).toBe(!isKept);
    }),
  );
});

test.each([
  [{ total_tokens: 56 }, 56],
  [{ prompt_tokens: 21, total_tokens: 56 }, 21],
  [{ input_tokens: 7 }, 7],
  [{}, undefined],
])("an endpoint that generates nothing has read %j", (reported, inputTokens) => {
  expect(readInputUsage(reported)).toMatchObject({ inputTokens, outputTokens: undefined });
});
