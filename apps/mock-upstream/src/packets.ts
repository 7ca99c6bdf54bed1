/** How the bytes of a body are cut into writes. Never changes the bytes. */
import type { Frame } from "./frame.ts";
import { ScenarioError } from "./scenario-syntax.ts";
import type { Scenario } from "./scenario.ts";

/** Each write costs a few hundred bytes of memory and a system call. */
const WRITES_MAX = 1_000_000;

/** @throws {ScenarioError} when that would be more than a million writes. */
export function toPackets(frames: readonly Frame[], scenario: Scenario): readonly Frame[] {
  const { eventsPerWrite, writesPerEvent, writeBytes, writeGap } = scenario;
  const joined = eventsPerWrite === 1 ? frames : joinFrames(frames, eventsPerWrite);
  const split = writesPerEvent === 1 ? joined : splitFrames(joined, writesPerEvent, writeGap);
  return writeBytes === 0 ? split : recutFrames(split, writeBytes, writeGap);
}

/** @param count Frames that go together, when the last of them is due; 0: all. */
export function joinFrames(frames: readonly Frame[], count: number): readonly Frame[] {
  const size = count === 0 ? frames.length : count;
  const joined: Frame[] = [];
  for (let from = 0; from < frames.length; from += size) {
    joined.push(concatFrames(frames.slice(from, from + size)));
  }
  return joined;
}

/** Cuts every frame into so many pieces, fewer if it has fewer bytes. */
export function splitFrames(
  frames: readonly Frame[],
  pieces: number,
  gapMs: number,
): readonly Frame[] {
  checkWrites(frames.length * pieces);
  return spread(
    frames.flatMap((frame) => splitFrame(frame, pieces)),
    gapMs,
  );
}

/** Cuts the bytes of all frames together every `size` bytes; a piece is due with its last byte. */
export function recutFrames(
  frames: readonly Frame[],
  size: number,
  gapMs: number,
): readonly Frame[] {
  const bytes = Buffer.concat(frames.map((frame) => frame.bytes));
  checkWrites(bytes.length / size);
  const pieces: Frame[] = [];
  let from = 0;
  let end = 0;
  let tokens = 0;
  for (const { atMs, ...frame } of frames) {
    end += frame.bytes.length;
    for (; end - from >= size; from += size) {
      if (from + size === end) tokens += frame.tokens;
      pieces.push({ atMs, bytes: bytes.subarray(from, from + size), tokens, isApart: true });
      tokens = 0;
    }
    if (from < end) tokens += frame.tokens;
  }
  const atMs = frames.at(-1)?.atMs ?? 0;
  if (from < end) pieces.push({ atMs, bytes: bytes.subarray(from), tokens, isApart: true });
  return spread(pieces, gapMs);
}

function splitFrame({ atMs, bytes, tokens }: Frame, pieces: number): readonly Frame[] {
  const count = Math.min(pieces, bytes.length);
  return Array.from({ length: count }, (_, index) => {
    const from = Math.floor((index * bytes.length) / count);
    const to = Math.floor(((index + 1) * bytes.length) / count);
    const isLast = index === count - 1;
    return { atMs, bytes: bytes.subarray(from, to), tokens: isLast ? tokens : 0, isApart: true };
  });
}

function concatFrames(frames: readonly Frame[]): Frame {
  return {
    atMs: frames.at(-1)?.atMs ?? 0,
    bytes: Buffer.concat(frames.map((frame) => frame.bytes)),
    tokens: frames.reduce((sum, frame) => sum + frame.tokens, 0),
    isApart: false,
  };
}

/** Keeps at least `gapMs` between neighbours; none is sent before it is due. */
function spread(pieces: readonly Frame[], gapMs: number): readonly Frame[] {
  let earliestMs = 0;
  return pieces.map((piece) => {
    const atMs = Math.max(piece.atMs, earliestMs);
    earliestMs = atMs + gapMs;
    return { ...piece, atMs };
  });
}

function checkWrites(count: number): void {
  if (count <= WRITES_MAX) return;
  throw new ScenarioError(`This scenario needs ${Math.ceil(count)} writes; at most ${WRITES_MAX}.`);
}
