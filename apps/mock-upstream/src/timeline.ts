/**
 * A timeline: a whole answer as a list of steps, with every byte that goes on the wire. It is
 * immutable and may be played many times; player.ts knows how.
 */
import type { BodyLoop, Frame, ScriptedBody } from "./frame.ts";

export type Step =
  /** Silence, counted from when the step before was due. */
  | { readonly type: "wait"; readonly ms: number }
  /** Goes on in the next turn of the event loop. */
  | { readonly type: "turn" }
  /** Status line and headers. */
  | { readonly type: "head"; readonly status: number; readonly headers: Headers }
  | Write
  /** Goes back so many steps, so many times. */
  | { readonly type: "repeat"; readonly steps: number; readonly times: number }
  /** The proper end of the response; the connection stays, unless the head says otherwise. */
  | { readonly type: "end" }
  /** Closes the connection with FIN. */
  | { readonly type: "close" }
  /** Closes the connection with RST. */
  | { readonly type: "reset" };

export interface Write {
  readonly type: "write";
  /** With HTTP's chunk framing, if the answer has it. */
  readonly bytes: Buffer;
  /** Where the body is in `bytes`. */
  readonly bodyStart: number;
  readonly bodyEnd: number;
  /** Where `ID_PLACEHOLDER` is in `bytes`. */
  readonly idOffsets: readonly number[];
  readonly tokens: number;
}

/** By lower-case name. */
export type Headers = Readonly<Record<string, string>>;

/** When the last step is played the connection is closed or silent, or the response has ended. */
export interface Timeline {
  readonly steps: readonly Step[];
  /** How the request ends if the client stays until the end of it. */
  readonly outcome: "complete" | "scripted_failure" | "rejected";
}

/** Stands for the id of a response in a timeline that is shared between requests. */
export const ID_PLACEHOLDER = "MOCK-ID-MOCK-ID-MOCK-ID-MOCK-";

/** Chunk framing, or a length that is announced in the head. */
export type BodyFraming = "chunked" | "length";

/** The steps of a body after its head, which was sent at `headAtMs`. */
export function toBodySteps(
  body: ScriptedBody,
  headAtMs: number,
  framing: BodyFraming,
): readonly Step[] {
  const steps: Step[] = [];
  let nowMs = headAtMs;
  const waitUntil = (atMs: number): boolean => {
    if (atMs <= nowMs) return false;
    steps.push({ type: "wait", ms: atMs - nowMs });
    nowMs = atMs;
    return true;
  };
  for (const frame of body.frames) {
    if (!waitUntil(frame.atMs) && frame.isApart) steps.push({ type: "turn" });
    steps.push(toWrite(frame.bytes, frame.tokens, framing));
  }
  waitUntil(body.endAtMs);
  if (body.loop !== undefined) steps.push(...toLoopSteps(body.loop, framing));
  const last = steps.at(-1);
  if (body.ending === "cut" && last?.type === "write") {
    steps.splice(-1, 1, cutWrite(last));
  }
  return [...steps, ...ENDINGS[body.ending]];
}

/** A body that is sent as it is. */
export function toBody(atMs: number, bytes: Buffer, tokens: number): ScriptedBody {
  const frames: readonly Frame[] =
    bytes.length === 0 ? [] : [{ atMs, bytes, tokens, isApart: false }];
  return { frames, loop: undefined, ending: "end", endAtMs: atMs };
}

export function toWrite(body: Buffer, tokens: number, framing: BodyFraming): Write {
  const size = framing === "chunked" ? `${body.length.toString(16)}\r\n` : "";
  const end = framing === "chunked" ? "\r\n" : "";
  const bytes = Buffer.concat([Buffer.from(size), body, Buffer.from(end)]);
  const bodyStart = size.length;
  const bodyEnd = bodyStart + body.length;
  return { type: "write", bytes, bodyStart, bodyEnd, idOffsets: findIds(bytes), tokens };
}

const ENDINGS: Readonly<Record<ScriptedBody["ending"], readonly Step[]>> = {
  end: [{ type: "end" }],
  cut: [{ type: "close" }],
  reset: [{ type: "reset" }],
  hang: [],
};

function toLoopSteps({ bytes, everyMs, rounds }: BodyLoop, framing: BodyFraming): readonly Step[] {
  const silence: Step = everyMs > 0 ? { type: "wait", ms: everyMs } : { type: "turn" };
  return [silence, toWrite(bytes, 0, framing), { type: "repeat", steps: 2, times: rounds - 1 }];
}

/** The first half: a chunk that announces more than comes. */
function cutWrite(write: Write): Write {
  const bodyEnd = Math.floor((write.bodyStart + write.bodyEnd) / 2);
  const bytes = write.bytes.subarray(0, bodyEnd);
  return { ...write, bytes, bodyEnd, tokens: 0, idOffsets: findIds(bytes) };
}

function findIds(bytes: Buffer): readonly number[] {
  const offsets: number[] = [];
  for (let at = bytes.indexOf(ID_PLACEHOLDER); at !== -1;) {
    offsets.push(at);
    at = bytes.indexOf(ID_PLACEHOLDER, at + ID_PLACEHOLDER.length);
  }
  return offsets;
}
