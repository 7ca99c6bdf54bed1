/**
 * Streams as servers of the `openai-chat` dialect send them, each shortened to a few events, together
 * with what has to be read from them. The layouts differ where real servers differ: spaces in JSON,
 * line ends, comments, what the first and the last events carry.
 */
import type { Usage } from "@slipstream/contracts/usage";

export interface RecordedStream {
  /** Whose layout it is. */
  readonly name: string;
  readonly bytes: Buffer;
  /** Events that carry content. */
  readonly chunks: number;
  readonly finishReason: string;
  readonly usage: Usage | undefined;
}

function usage(inputTokens: number, outputTokens: number, more: Partial<Usage> = {}): Usage {
  return {
    inputTokens,
    outputTokens,
    cachedInputTokens: undefined,
    reasoningTokens: undefined,
    ...more,
  };
}

/** Joins events with LF, as nearly everybody does. */
function events(...data: readonly string[]): Buffer {
  return Buffer.from(data.map((line) => `data: ${line}\n\n`).join(""));
}

const OPENAI_HEAD = `"id":"chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT","object":"chat.completion.chunk","created":1741569952,"model":"gpt-4.1-2025-04-14","service_tier":"default","system_fingerprint":"fp_daf5fcc80a"`;

function openAiChoice(delta: string, finishReason = "null"): string {
  return `{${OPENAI_HEAD},"choices":[{"index":0,"delta":${delta},"logprobs":null,"finish_reason":${finishReason}}],"usage":null,"obfuscation":"x7Jq0"}`;
}

const OPENAI: RecordedStream = {
  name: "openai, usage asked for",
  bytes: events(
    openAiChoice(`{"role":"assistant","content":"","refusal":null}`),
    openAiChoice(`{"content":"Grüße"}`),
    openAiChoice(`{"content":" aus 東京"}`),
    openAiChoice(`{"content":" 👩🏽‍🚀\\n\\n"}`),
    openAiChoice(`{"content":"\\"data: [DONE]\\""}`),
    openAiChoice(`{}`, `"stop"`),
    `{${OPENAI_HEAD},"choices":[],"usage":{"prompt_tokens":19,"completion_tokens":10,"total_tokens":29,"prompt_tokens_details":{"cached_tokens":16,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":4,"audio_tokens":0,"accepted_prediction_tokens":0,"rejected_prediction_tokens":0}},"obfuscation":""}`,
    "[DONE]",
  ),
  chunks: 4,
  finishReason: "stop",
  usage: usage(19, 10, { cachedInputTokens: 16, reasoningTokens: 4 }),
};

const OPENAI_TOOLS: RecordedStream = {
  name: "openai, two tool calls",
  bytes: events(
    openAiChoice(`{"role":"assistant","content":null}`),
    openAiChoice(
      `{"tool_calls":[{"index":0,"id":"call_DdmO9pD3xa9XTPNJ32zg2hcA","type":"function","function":{"name":"get_weather","arguments":""}}]}`,
    ),
    openAiChoice(`{"tool_calls":[{"index":0,"function":{"arguments":"{\\"city\\":"}}]}`),
    openAiChoice(`{"tool_calls":[{"index":0,"function":{"arguments":"\\"Paris\\"}"}}]}`),
    openAiChoice(
      `{"tool_calls":[{"index":1,"id":"call_7tY1","type":"function","function":{"name":"get_time","arguments":""}}]}`,
    ),
    openAiChoice(`{"tool_calls":[{"index":1,"function":{"arguments":"{}"}}]}`),
    openAiChoice(`{}`, `"tool_calls"`),
    "[DONE]",
  ),
  chunks: 5,
  finishReason: "tool_calls",
  usage: undefined,
};

function vllmChoice(delta: string, tokens: number, finishReason = "null"): string {
  return `{"id":"chatcmpl-8f3","object":"chat.completion.chunk","created":1741570283,"model":"meta-llama/Llama-3.3-70B-Instruct","choices":[{"index":0,"delta":${delta},"logprobs":null,"finish_reason":${finishReason},"token_ids":null}],"usage":{"prompt_tokens":42,"total_tokens":${42 + tokens},"completion_tokens":${tokens}}}`;
}

const VLLM: RecordedStream = {
  name: "vllm, continuous usage, reasoning before the answer",
  bytes: events(
    vllmChoice(`{"role":"assistant","content":""}`, 0),
    vllmChoice(`{"reasoning_content":"Two"}`, 1),
    vllmChoice(`{"reasoning_content":" plus two"}`, 3),
    vllmChoice(`{"content":"4"}`, 4),
    vllmChoice(`{"content":"."}`, 5),
    vllmChoice(`{"content":""}`, 6, `"stop"`),
    `{"id":"chatcmpl-8f3","object":"chat.completion.chunk","created":1741570283,"model":"meta-llama/Llama-3.3-70B-Instruct","choices":[],"usage":{"prompt_tokens":42,"total_tokens":48,"completion_tokens":6}}`,
    "[DONE]",
  ),
  chunks: 4,
  finishReason: "stop",
  usage: usage(42, 6),
};

function pythonChoice(delta: string, finishReason = "null"): string {
  return `{"id": "chatcmpl-5d2", "object": "chat.completion.chunk", "created": 1741570301, "model": "qwen", "choices": [{"index": 0, "delta": ${delta}, "finish_reason": ${finishReason}}]}`;
}

/** CRLF, as Starlette's event responses write it, with their pings, and JSON with spaces. */
const PYTHON: RecordedStream = {
  name: "python server, CRLF and pings",
  bytes: Buffer.from(
    [
      `: ping - 2025-03-10 01:31:41.003000+00:00\r\n\r\n`,
      `data: ${pythonChoice(`{"role": "assistant"}`)}\r\n\r\n`,
      `data: ${pythonChoice(`{"content": "Hello"}`)}\r\n\r\n`,
      `: ping - 2025-03-10 01:31:56.004000+00:00\r\n\r\n`,
      `data: ${pythonChoice(`{"content": " world"}`)}\r\n\r\n`,
      `data: ${pythonChoice(`{"content": "!"}`, `"length"`)}\r\n\r\n`,
      `data: [DONE]\r\n\r\n`,
    ].join(""),
  ),
  chunks: 3,
  finishReason: "length",
  usage: undefined,
};

/** Comments while the model is being loaded, named events, the last content together with the end. */
const ROUTER: RecordedStream = {
  name: "router, comments and event fields",
  bytes: Buffer.from(
    [
      `: OPENROUTER PROCESSING\n\n`,
      `: OPENROUTER PROCESSING\n\n`,
      `id: 1\nevent: message\ndata: {"id":"gen-1","choices":[{"index":0,"delta":{"role":"assistant","content":"Hi"}}]}\n\n`,
      `id: 2\nevent: message\ndata:{"id":"gen-1","choices":[{"index":0,"delta":{"content":" there"},"finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}\n\n`,
      `data: [DONE]\n\n`,
    ].join(""),
  ),
  chunks: 2,
  finishReason: "stop",
  usage: usage(3, 2),
};

/** Lines end with CR alone, data is spread over two lines, a byte order mark leads. */
const ODD: RecordedStream = {
  name: "odd but valid: byte order mark, CR, data in two lines",
  bytes: Buffer.from(
    [
      `\uFEFFdata: {"choices":[{"index":0,\rdata: "delta":{"content":"é"}}]}\r\r`,
      `retry: 1000\r\r`,
      `data: {"choices":[{"index":0,"delta":{"content":"ü"}}]}\r\r`,
      `data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\r\r`,
      `data: [DONE]\r\r`,
    ].join(""),
  ),
  chunks: 2,
  finishReason: "stop",
  usage: undefined,
};

/** Two answers at once: their events alternate. */
const TWO_CHOICES: RecordedStream = {
  name: "two choices",
  bytes: events(
    `{"choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}`,
    `{"choices":[{"index":1,"delta":{"role":"assistant","content":""},"finish_reason":null}]}`,
    `{"choices":[{"index":0,"delta":{"content":"a"},"finish_reason":null}]}`,
    `{"choices":[{"index":1,"delta":{"content":"b"},"finish_reason":null}]}`,
    `{"choices":[{"index":0,"delta":{"content":"c"},"finish_reason":null}]}`,
    `{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}`,
    `{"choices":[{"index":1,"delta":{},"finish_reason":"stop"}]}`,
    "[DONE]",
  ),
  chunks: 3,
  finishReason: "stop",
  usage: undefined,
};

export const RECORDED_STREAMS: readonly RecordedStream[] = [
  OPENAI,
  OPENAI_TOOLS,
  VLLM,
  PYTHON,
  ROUTER,
  ODD,
  TWO_CHOICES,
];
