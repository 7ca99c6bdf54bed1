/**
 * Gemini's OpenAI-compatible endpoint: few, large events; the last text comes with the finish reason;
 * tokens of thought are in the total only.
 */
import { events, usage } from "./recorded-stream.ts";
import type { RecordedStream } from "./recorded-stream.ts";

const TAIL = `"created":1752319190,"id":"1URyaLjuGKiqmtkPj86KuAI","model":"gemini-2.5-flash","object":"chat.completion.chunk"`;

const THOUGHTS: RecordedStream = {
  name: "gemini, thoughts, text with the finish reason, thoughts counted in the total only",
  bytes: events(
    `{"choices":[{"delta":{"content":"<thought>**Greeting**\\n\\nA greeting.\\n","extra_content":{"google":{"thought":true}},"role":"assistant"},"index":0}],${TAIL}}`,
    `{"choices":[{"delta":{"content":"</thought>No","role":"assistant"},"index":0}],${TAIL}}`,
    `{"choices":[{"delta":{"content":", 391 = 17 × 23.","role":"assistant"},"finish_reason":"stop","index":0}],${TAIL},"usage":{"completion_tokens":24,"prompt_tokens":11,"total_tokens":561}}`,
    "[DONE]",
  ),
  chunks: 3,
  finishReason: "stop",
  usage: usage(11, 550),
};

const CONTINUOUS_USAGE: RecordedStream = {
  name: "gemini, usage in every event",
  bytes: events(
    `{"choices":[{"delta":{"content":"1, 2, 3","role":"assistant"},"finish_reason":null,"index":0}],${TAIL},"usage":{"prompt_tokens":8,"total_tokens":8}}`,
    `{"choices":[{"delta":{"content":", 4, 5","role":"assistant"},"finish_reason":"stop","index":0}],${TAIL},"usage":{"completion_tokens":13,"prompt_tokens":8,"total_tokens":21}}`,
    "[DONE]",
  ),
  chunks: 2,
  finishReason: "stop",
  usage: usage(8, 13),
};

/** The call has no index, and a signature that the next request has to bring back. */
const TOOL_CALL: RecordedStream = {
  name: "gemini, signed tool call",
  bytes: events(
    `{"choices":[{"delta":{"role":"assistant","tool_calls":[{"extra_content":{"google":{"thought_signature":"EjQKMgEMOdbHJChLX75Q"}},"function":{"arguments":"{\\"city\\":\\"Bern\\"}","name":"get_weather"},"id":"jm4owj31","type":"function"}]},"finish_reason":"tool_calls","index":0}],${TAIL},"usage":{"completion_tokens":12,"prompt_tokens":3379,"total_tokens":3459}}`,
    "[DONE]",
  ),
  chunks: 1,
  finishReason: "tool_calls",
  usage: usage(3379, 80),
};

export const GEMINI_STREAMS: readonly RecordedStream[] = [THOUGHTS, CONTINUOUS_USAGE, TOOL_CALL];
