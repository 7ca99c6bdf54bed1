/**
 * What a dialect reads from one event of a stream. The meter sees only this.
 */
import type { Usage } from "./usage.ts";

export interface ChunkFacts {
  /** Content: text, reasoning, a refusal, audio or a part of a tool call; not a role, not "". */
  readonly hasContent: boolean;
  /**
   * Offset in the data of the opening quote of the string that makes this event content, when the
   * bytes before it say so on their own; -1 otherwise. It lets the meter recognise the next event of
   * the same shape without parsing it.
   */
  readonly contentOffset: number;
  /** Offset of the key that leads to that string, i.e. where recognising has to begin; -1 without one. */
  readonly shapeOffset: number;
  readonly finishReason: string | undefined;
  readonly usage: Usage | undefined;
  /** The provider's own words when the event is an error instead of a chunk. */
  readonly error: StreamError | undefined;
}

export interface StreamError {
  readonly message: string;
  /** The provider's code, when it is a number that looks like an HTTP status. */
  readonly status: number | undefined;
}

/** Reads the data of one event, without `data:` and without line ends. Never throws. */
export type ChunkReader = (data: Buffer) => ChunkFacts;
