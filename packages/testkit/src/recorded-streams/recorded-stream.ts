import type { Usage } from "@slipstream/contracts/usage";

/** A stream as a server sends it, shortened to a few events, with what has to be read from it. */
export interface RecordedStream {
  /** Whose layout it is. */
  readonly name: string;
  readonly bytes: Buffer;
  /** Events that carry content. */
  readonly chunks: number;
  readonly finishReason: string;
  readonly usage: Usage | undefined;
}

export function usage(inputTokens: number, outputTokens: number, more: Partial<Usage> = {}): Usage {
  return {
    inputTokens,
    outputTokens,
    cachedInputTokens: undefined,
    reasoningTokens: undefined,
    audioInputTokens: undefined,
    audioOutputTokens: undefined,
    isSuspect: false,
    ...more,
  };
}

/** Events with one line of data each, joined by LF, as nearly everybody writes them. */
export function events(...data: readonly string[]): Buffer {
  return Buffer.from(data.map((line) => `data: ${line}\n\n`).join(""));
}
