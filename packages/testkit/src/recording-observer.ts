import type {
  AttemptFacts,
  RequestEvent,
  RequestObserver,
  RequestReport,
  StreamRecorder,
  TraceHeaders,
} from "@slipstream/contracts/request-events";

/** Keeps all that it is told. */
export class RecordingObserver implements RequestObserver {
  readonly events: RequestEvent[] = [];
  readonly gapsMs: number[] = [];
  readonly delaysMs: number[] = [];

  observe(event: RequestEvent): void {
    this.events.push(event);
  }

  streamRecorder(_attempt: AttemptFacts): StreamRecorder {
    return {
      recordGap: (gapMs) => this.gapsMs.push(gapMs),
      recordDelay: (delayMs) => this.delaysMs.push(delayMs),
    };
  }

  traceHeaders(_attempt: AttemptFacts, trace: TraceHeaders): TraceHeaders {
    return trace;
  }

  /** The names of the events, in order. */
  get types(): readonly RequestEvent["type"][] {
    return this.events.map((event) => event.type);
  }

  get reports(): readonly RequestReport[] {
    return this.events.flatMap((event) => (event.type === "request_end" ? [event.report] : []));
  }
}
