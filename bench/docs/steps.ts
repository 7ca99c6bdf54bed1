/**
 * The steps by which the hot path came down, and those that were tried and dropped. By hand: a step is measured
 * once, beside what was before it, and never again.
 */

export interface Step {
  readonly what: string;
  readonly before: string;
  readonly after: string;
  /** How it was measured, or why it is not kept. */
  readonly note: string;
}

export const KEPT: readonly Step[] = [
  {
    what: "one write per event, framed before, instead of Node's gathered three",
    before: "100 % CPU per event",
    after: "about 90 %",
    note: "100 streams, two runs",
  },
  {
    what: "upstreams' sockets read by code of our own (`onread`, one parser) instead of undici",
    before: "2.16 (2.02 to 2.62) × nginx, 223 MiB",
    after: "1.78 (1.39 to 2.01) × nginx, 190 MiB",
    note: "100 streams; two runs on a quiet machine",
  },
  {
    what: "a small young generation, one helper thread for V8",
    before: "319 to 399 MiB, scavenges up to 27 ms",
    after: "209 to 222 MiB, up to 8 ms",
    note: "1,000 streams, rounds in turns",
  },
  {
    what: "the text decoder of bodies kept, whole answers in one write, Fastify left before it looks at bodies",
    before: "100 % CPU per request",
    after: "97 %",
    note: "0.5 KB, both at once on one core, twice with the places changed",
  },
  {
    what: "no search behind the last event of a frame",
    before: "62 µs for 200 tokens through everything",
    after: "57 µs",
    note: "median of 3,000, one after the other",
  },
  {
    what: "how late the loop is, told by the sweep instead of a timer of its own",
    before: "11.5 ms of CPU a second when idle",
    after: "6 to 8 ms",
    note: "eight seconds each; with streams 98 % of before",
  },
  {
    what: "one log write for eighty lines instead of ten: each wakes a thread",
    before: "100 % CPU per request",
    after: "98 %",
    note: "0.5 KB, both at once on one core, twice with the places changed",
  },
  {
    what: "spreads first in their objects, reports and log lines without them, listeners of what comes once not wrapped",
    before: "100 % CPU per request",
    after: "97 %",
    note: "as above",
  },
  {
    what: "nothing kept of an event without its usage: it kept the 64 KiB that Node had cut it from",
    before: "15 MB a second outlive scavenges, a full collection every 7 s",
    after: "5 MB, every 14 s",
    note: "410 streams begin each second",
  },
  {
    what: "a young generation of 4 MB instead of 8, an old one that grows by a rule",
    before: "half of all scavenges above 2.7 ms, 272 to 306 MiB",
    after: "above 1.4 ms, 234 MiB",
    note: "as above, memory after 1,000 streams and that; 101 % CPU per request",
  },
  {
    what: "spans made in the form in which they are sent, instead of by the SDK's tracer",
    before: "9.9 µs per trace",
    after: "2.5 µs",
    note: "`bench/micro/tracing.bench.ts`; 97.5 % CPU per request",
  },
];

export const DROPPED: readonly Step[] = [
  {
    what: "`onread` behind undici",
    before: "–",
    after: "2.28 × nginx",
    note: "no gain, in a run of its own",
  },
  {
    what: "Node's HTTP client instead of undici",
    before: "–",
    after: "–",
    note: "no gain, and less told",
  },
  {
    what: "a stream's only recorder called without the loop over all",
    before: "64.6 µs for 200 tokens",
    after: "64.3 µs",
    note: "p = 0.48, ten processes a side: V8 inlines both",
  },
  {
    what: "no helper thread for V8 at all",
    before: "100 % CPU per event with four",
    after: "105 %",
    note: "1,000 streams, four rounds in turns (85 to 123 %)",
  },
  {
    what: "chunks framed without a string for their size",
    before: "95 ns per event",
    after: "62 ns",
    note: "a thousandth of what an event costs",
  },
  {
    what: "all subscribers told of ended requests ten times a second, in one go, for warm caches",
    before: "100 % CPU per request",
    after: "96 %",
    note: "within the noise of that run (94 to 121 %), and metrics would lag behind",
  },
  {
    what: "heads of upstreams' answers checked by one expression for all lines",
    before: "1.47 µs per head",
    after: "1.39 µs",
    note: "median of 50,000",
  },
  {
    what: "Node's code on large pages; no Maglev; a collector without threads",
    before: "100 % CPU per request",
    after: "101, 114 and 107 %",
    note: "0.5 KB, both at once on one core, twice with the places changed",
  },
  {
    what: "baseline code for all at once; twice as much inlined",
    before: "100 % CPU per request",
    after: "104 and 107 %",
    note: "as above",
  },
  {
    what: "a lower priority for V8's helper thread",
    before: "the loop waits for its core 0.18 to 0.22 s for each second of work",
    after: "0.06 to 0.08 s",
    note: "a collection ends only when that thread has had its turn, and others on the machine can take it",
  },
];
