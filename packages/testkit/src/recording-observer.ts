import type {
  AttemptFacts,
  GapRecorder,
  RequestEvent,
  RequestObserver,
  RequestReport,
} from "@slipstream/contracts/request-events";

/** Keeps all that it is told. */
export class RecordingObserver implements RequestObserver {
  readonly events: RequestEvent[] = [];
  readonly gapsMs: number[] = [];

  observe(event: RequestEvent): void {
    this.events.push(event);
  }

  gapRecorder(_attempt: AttemptFacts): GapRecorder {
    return { recordGap: (gapMs) => this.gapsMs.push(gapMs) };
  }

  /** The names of the events, in order. */
  get types(): readonly RequestEvent["type"][] {
    return this.events.map((event) => event.type);
  }

  get reports(): readonly RequestReport[] {
    return this.events.flatMap((event) => (event.type === "request_end" ? [event.report] : []));
  }
}
