/** What is counted of streams. */
import type { StreamListener } from "./answer-check.ts";
import { Lateness } from "./lateness.ts";
import type { MeasuredWindow } from "./measured-window.ts";

export interface StreamLoad {
  /** Streams that had brought content when the window opened, of those whose first content counts. */
  readonly begun: number;
  /** Events with content that arrived in the window. */
  readonly events: number;
  /** HTTP chunks that brought them: as many, unless a proxy put several events in one. */
  readonly pieces: number;
  /** From the moment a request was due to its first content, one per stream that counts. */
  readonly firstChunkMs: readonly number[];
  /** From content to content of the same stream, in the window. */
  readonly gapMs: readonly number[];
  /** By how much events came later than the pace of their stream demands, in the window. */
  readonly latenessMs: readonly number[];
}

export interface StreamTallyOptions {
  /** ms from event to event of one stream. */
  readonly paceMs: number;
  /** Whose first content counts: where streams arrive all the time, those that are due in the window. */
  readonly firstChunks: "of_all" | "due_in_window";
}

export class StreamTally implements StreamLoad, MeasuredWindow {
  begun = 0;
  events = 0;
  pieces = 0;
  readonly firstChunkMs: number[] = [];
  readonly gapMs: number[] = [];
  readonly #options: StreamTallyOptions;
  readonly #lateness: Lateness[] = [];
  #isOpen = false;

  constructor(options: StreamTallyOptions) {
    this.#options = options;
  }

  open(): void {
    this.#isOpen = true;
    this.begun = this.firstChunkMs.length;
  }

  close(): void {
    this.#isOpen = false;
  }

  get latenessMs(): number[] {
    return this.#lateness.flatMap(({ valuesMs }) => valuesMs);
  }

  /** For one stream, whose request is due now. */
  listen(): StreamListener {
    const { paceMs, firstChunks } = this.#options;
    const isFirstCounted = firstChunks === "of_all" || this.#isOpen;
    // Of its timer, not of the plan: how late timers are is the load's doing.
    let lastMs = performance.now();
    const lateness = new Lateness(paceMs);
    this.#lateness.push(lateness);
    /** What begins and ends a stream comes in pieces without content, which do not count. */
    let hasContent = false;
    return {
      piece: () => {
        hasContent = false;
      },
      chunk: (index, atMs) => {
        if (index === 0 && isFirstCounted) this.firstChunkMs.push(atMs - lastMs);
        if (this.#isOpen) {
          this.events++;
          if (!hasContent) this.pieces++;
          hasContent = true;
          if (index > 0) this.gapMs.push(atMs - lastMs);
          lateness.add(index, atMs);
        }
        lastMs = atMs;
      },
    };
  }
}
