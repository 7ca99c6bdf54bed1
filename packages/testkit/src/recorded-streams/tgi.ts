/** Hugging Face's text-generation-inference: no space behind `data:`, no id; a call is not in a list. */
import { usage } from "./recorded-stream.ts";
import type { RecordedStream } from "./recorded-stream.ts";

const HEAD = `"object":"chat.completion.chunk","id":"","created":1732299537,"model":"meta-llama/Llama-3.1-8B-Instruct","system_fingerprint":"3.0.1-sha-bb9095a"`;

function choice(delta: string, finishReason = "null"): string {
  return `data:{${HEAD},"choices":[{"index":0,"delta":{"role":"assistant",${delta}},"logprobs":null,"finish_reason":${finishReason}}],"usage":null}\n\n`;
}

const TEXT: RecordedStream = {
  name: "tgi, usage asked for",
  bytes: Buffer.from(
    [
      choice(`"content":"Why"`),
      choice(`"content":" do"`),
      choice(`"content":"?"`, `"length"`),
      `data:{${HEAD},"choices":[],"usage":{"prompt_tokens":11,"completion_tokens":3,"total_tokens":14}}\n\n`,
      "data: [DONE]\n\n",
    ].join(""),
  ),
  chunks: 3,
  finishReason: "length",
  usage: usage(11, 3),
};

const TOOL_CALL: RecordedStream = {
  name: "tgi, older, tool call outside of a list",
  bytes: Buffer.from(
    [
      choice(
        `"tool_calls":{"index":0,"id":"","type":"function","function":{"name":null,"arguments":"{\\""}}`,
      ),
      choice(
        `"tool_calls":{"index":0,"id":"","type":"function","function":{"name":null,"arguments":"city"}}`,
      ),
      choice(
        `"tool_calls":{"index":0,"id":"","type":"function","function":{"name":null,"arguments":"<|eot_id|>"}}`,
        `"stop"`,
      ),
      "data: [DONE]\n\n",
    ].join(""),
  ),
  chunks: 3,
  finishReason: "stop",
  usage: undefined,
};

export const TGI_STREAMS: readonly RecordedStream[] = [TEXT, TOOL_CALL];
