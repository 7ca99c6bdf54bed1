/**
 * Streams of the `openai-chat` dialect that report an error after content, as servers send them, each
 * shortened to a few events.
 */
import type { StreamError } from "@slipstream/contracts/chunk";
import { events } from "./recorded-streams/recorded-stream.ts";

export interface RecordedFailure {
  /** Whose layout it is. */
  readonly name: string;
  /** What is to be passed on: everything in front of the error. */
  readonly good: Buffer;
  /** The event with the error, and what comes behind it. */
  readonly bad: Buffer;
  /** Events that carry content; all of them are good. */
  readonly chunks: number;
  readonly error: StreamError;
}

const GOOD: Buffer = events(
  `{"id":"x","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}`,
  `{"id":"x","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"content":"Half"},"finish_reason":null}]}`,
  `{"id":"x","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"content":" an"},"finish_reason":null}]}`,
);

function failure(name: string, bad: Buffer, error: StreamError): RecordedFailure {
  return { name, good: GOOD, bad, chunks: 2, error };
}

export const RECORDED_FAILURES: readonly RecordedFailure[] = [
  failure(
    "openai, server error",
    events(
      `{"error":{"message":"The server had an error while processing your request. Sorry about that!","type":"server_error","param":null,"code":null}}`,
    ),
    {
      message: "The server had an error while processing your request. Sorry about that!",
      code: undefined,
      status: undefined,
    },
  ),
  failure(
    "openrouter, a word as code, beside an ended choice",
    events(
      `{"id":"gen-1","object":"chat.completion.chunk","created":1234567890,"model":"openai/gpt-4o","provider":"OpenAI","error":{"code":"server_error","message":"Provider disconnected unexpectedly"},"choices":[{"index":0,"delta":{"content":""},"finish_reason":"error"}]}`,
      "[DONE]",
    ),
    { message: "Provider disconnected unexpectedly", code: "server_error", status: undefined },
  ),
  failure(
    "openrouter, a status as code, in the choice",
    events(
      `{"id":"gen-1","provider":"Google","model":"google/gemini-2.5-flash","object":"chat.completion.chunk","created":1753932698,"choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":"error","native_finish_reason":"MALFORMED_FUNCTION_CALL","logprobs":null,"error":{"code":502,"message":"Upstream error"}}]}`,
      "[DONE]",
    ),
    { message: "Upstream error", code: undefined, status: 502 },
  ),
  failure(
    "a finish reason and no words",
    events(`{"choices":[{"index":0,"delta":{},"finish_reason":"error"}]}`, "[DONE]"),
    { message: "", code: undefined, status: undefined },
  ),
  failure(
    "vllm",
    events(
      `{"error":{"message":"EngineCore encountered an issue.","type":"InternalServerError","param":null,"code":500}}`,
      "[DONE]",
    ),
    { message: "EngineCore encountered an issue.", code: undefined, status: 500 },
  ),
  failure(
    "vllm, older",
    events(
      `{"object":"error","message":"Token id 1 is out of vocabulary","type":"BadRequestError","param":null,"code":400}`,
      "[DONE]",
    ),
    { message: "Token id 1 is out of vocabulary", code: undefined, status: 400 },
  ),
  failure(
    "groq, a named event",
    Buffer.from(
      `event: error\ndata: {"error":{"message":"Failed to call a function.","type":"invalid_request_error","code":"tool_use_failed","failed_generation":"<function=f>"}}\n\n`,
    ),
    { message: "Failed to call a function.", code: "tool_use_failed", status: undefined },
  ),
  failure(
    "gemini, in a list",
    events(`[{"error":{"code":503,"message":"The model is overloaded.","status":"UNAVAILABLE"}}]`),
    { message: "The model is overloaded.", code: undefined, status: 503 },
  ),
  failure(
    "llama.cpp",
    events(
      `{"error":{"code":500,"message":"Context size has been exceeded.","type":"server_error"}}`,
    ),
    { message: "Context size has been exceeded.", code: undefined, status: 500 },
  ),
];
