/** Framings that are rarer, and valid. */
import { usage } from "./recorded-stream.ts";
import type { RecordedStream } from "./recorded-stream.ts";

function pythonChoice(delta: string, finishReason = "null"): string {
  return `{"id": "chatcmpl-5d2", "object": "chat.completion.chunk", "created": 1741570301, "model": "qwen", "choices": [{"index": 0, "delta": ${delta}, "finish_reason": ${finishReason}}]}`;
}

/** CRLF, as sse-starlette writes it under llama-cpp-python and others, with its pings, and JSON with spaces. */
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

/** Ids and names of events, the last content together with the end. */
const NAMED_EVENTS: RecordedStream = {
  name: "ids and names of events",
  bytes: Buffer.from(
    [
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
const CARRIAGE_RETURNS: RecordedStream = {
  name: "byte order mark, CR, data in two lines",
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

export const ODD_STREAMS: readonly RecordedStream[] = [PYTHON, NAMED_EVENTS, CARRIAGE_RETURNS];
