import { expect, test } from "vitest";
import { StreamTally } from "./stream-tally.ts";

/** Streams of two events, one of them due before the window, one in it, and one behind it. */
function play(firstChunks: "of_all" | "due_in_window"): StreamTally {
  const tally = new StreamTally({ paceMs: 20, firstChunks });
  const nowMs = performance.now();
  const before = tally.listen();
  before.chunk(0, nowMs + 1);
  tally.open();
  const within = tally.listen();
  const late = tally.listen();
  before.piece();
  before.chunk(1, nowMs + 21);
  within.piece();
  within.chunk(0, nowMs + 22);
  tally.close();
  const behind = tally.listen();
  within.chunk(1, nowMs + 42);
  late.chunk(0, nowMs + 43);
  behind.chunk(0, nowMs + 43);
  return tally;
}

test("first contents count of all streams, or of those that were due in the window", () => {
  expect(play("of_all").firstChunkMs).toHaveLength(4);
  expect(play("of_all").begun).toBe(1);
  // The one that came when the window had closed too: else it would be the slow ones that do not count.
  expect(play("due_in_window").firstChunkMs).toHaveLength(2);
});

test("events count when they come in the window, and a first one has no gap", () => {
  const { events, pieces, gapMs, latenessMs } = play("due_in_window");
  expect([events, pieces]).toEqual([2, 2]);
  expect(gapMs.map(Math.round)).toEqual([20]);
  expect(latenessMs).toEqual([0, 0]);
});

test("of pieces those count that bring content, once each", () => {
  const tally = new StreamTally({ paceMs: 20, firstChunks: "of_all" });
  const stream = tally.listen();
  tally.open();
  stream.piece();
  stream.piece();
  stream.chunk(0, 1);
  stream.chunk(1, 1);
  stream.piece();
  stream.chunk(2, 41);
  stream.piece();
  expect([tally.events, tally.pieces]).toEqual([3, 2]);
});
