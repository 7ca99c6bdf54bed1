/**
 * What a dialect reads from one event of a stream. The stream meter sees only this.
 */
import type { Usage } from "./usage.ts";

export type ChunkFacts =
  | {
      readonly type: "chunk";
      /** Text, reasoning, a refusal, audio, an image or a part of a tool call; not a role, not an empty delta. */
      readonly hasContent: boolean;
      /**
       * Of text, reasoning, a refusal, and names and arguments of tools, in UTF-8. Sound and images have none:
       * how many tokens they take has nothing to do with their bytes.
       */
      readonly textBytes: number;
      /** How to recognise the next event of this shape without parsing it. */
      readonly shape: ContentShape | undefined;
      readonly finishReason: string | undefined;
      /** Indexes of the choices that end with this event; a request may ask for several. */
      readonly finishedChoices: readonly number[];
      readonly usage: Usage | undefined;
      /** It says nothing but usage, and is there only because that was asked for. */
      readonly isUsageOnly: boolean;
    }
  /** The end that the dialect announces, e.g. `[DONE]`. */
  | { readonly type: "done" }
  | { readonly type: "error"; readonly error: StreamError }
  /** Not what the dialect speaks. */
  | { readonly type: "unreadable" };

/**
 * Where in the data of one event its own bytes say "content follows": from `start`, the key that
 * leads there, to `end`, just behind the opening quote of a string that is not empty. An event with
 * the same bytes at the same place, and no closing quote at `end`, has content too.
 */
export interface ContentShape {
  readonly start: number;
  readonly end: number;
}

/** An error that the upstream reports inside a stream. */
export interface StreamError {
  /** The upstream's own words; not for the client before they are sanitised. */
  readonly message: string;
  /** A word such as `context_length_exceeded`. */
  readonly code: string | undefined;
  /** The upstream's code, when it is a number that looks like an HTTP status. */
  readonly status: number | undefined;
}

/**
 * Hot where usage was not asked for. Finds the bytes of the usage in the data of one event, from
 * `start` to `end`, with the comma that has to go with them; `undefined` when there is none.
 */
export type UsageFinder = (bytes: Buffer, start: number, end: number) => ByteSpan | undefined;

/**
 * Hot where usage was asked for in every event. Reads from the data of one event, from `start` to `end`,
 * how many output tokens there have been so far; 0 when it does not say.
 */
export type OutputTokensReader = (bytes: Buffer, start: number, end: number) => number;

/** Offsets, the second behind the last byte. */
export interface ByteSpan {
  readonly start: number;
  readonly end: number;
}

/** Reads the data of one event, without `data:` and without line ends. Never throws. */
export type ChunkReader = (data: Buffer) => ChunkFacts;

/** How the events of one kind of stream are read. */
export interface StreamDialect {
  readonly readChunk: ChunkReader;
  /** Of an event that is called an error, whatever its data looks like. Never throws. */
  readonly readError: (data: Buffer) => StreamError;
  readonly findUsageSpan: UsageFinder;
  readonly readOutputTokens: OutputTokensReader;
  /** Whether `stream_options` in the request makes it report usage. */
  readonly hasStreamOptions: boolean;
  /** The event that announces the end; empty where there is none. */
  readonly doneEvent: Buffer;
}
