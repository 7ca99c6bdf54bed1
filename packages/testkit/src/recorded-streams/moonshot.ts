/** Moonshot: the usage is in the choice that ends, and what was cached beside its other counts. */
import { events, usage } from "./recorded-stream.ts";
import type { RecordedStream } from "./recorded-stream.ts";

function choice(delta: string, finish = "null"): string {
  return `{"id":"chatcmpl-69bbcc292af1bf47c1d8a74b","object":"chat.completion.chunk","created":1773915177,"model":"kimi-k2-0905-preview","choices":[{"index":0,"delta":${delta},"finish_reason":${finish}}],"system_fingerprint":"fpv0_e76aa377"}`;
}

export const MOONSHOT_STREAMS: readonly RecordedStream[] = [
  {
    name: "moonshot, usage in the choice",
    bytes: events(
      choice(`{"role":"assistant","content":""}`),
      choice(`{"content":" name"}`),
      choice(`{"content":"?"}`),
      choice(
        `{}`,
        `"stop","usage":{"prompt_tokens":1336,"completion_tokens":31,"total_tokens":1367,"cached_tokens":1280}`,
      ),
      "[DONE]",
    ),
    chunks: 2,
    finishReason: "stop",
    usage: usage(1336, 31, { cachedInputTokens: 1280 }),
  },
];
