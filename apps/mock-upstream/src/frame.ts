/** Bytes of a response body that are sent together. */
export interface Frame {
  /** From the request. */
  readonly atMs: number;
  readonly bytes: Buffer;
  /** Tokens whose last byte is in it. */
  readonly tokens: number;
  /** Sent in a turn of the event loop of its own, so that it can arrive on its own. */
  readonly isApart: boolean;
}

/** What a body does when its frames have been sent. */
export type BodyEnding = "end" | "cut" | "reset" | "hang";

export interface ScriptedBody {
  readonly frames: readonly Frame[];
  /** Sent again and again after the frames. */
  readonly loop: BodyLoop | undefined;
  /** `cut` sends half of the last frame and closes the connection. */
  readonly ending: BodyEnding;
  /** When the ending or the first round of the loop is due, from the request. */
  readonly endAtMs: number;
}

export interface BodyLoop {
  readonly bytes: Buffer;
  /** Silence before each round; 0: the next turn of the event loop. */
  readonly everyMs: number;
  readonly rounds: number;
}
