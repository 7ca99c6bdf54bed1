import { toGatewayError } from "@slipstream/contracts/errors";
import type {
  Upstream,
  UpstreamExchange,
  UpstreamRequest,
  UpstreamSink,
} from "@slipstream/contracts/upstream";

/** One exchange of a `FakeUpstream`: the test plays the upstream by calling the sink. */
export class FakeExchange implements UpstreamExchange {
  readonly request: UpstreamRequest;
  readonly sink: UpstreamSink;
  isPaused = false;
  isAborted = false;
  isKept = false;

  constructor(request: UpstreamRequest, sink: UpstreamSink) {
    this.request = request;
    this.sink = sink;
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
  }

  abort(): void {
    this.isAborted = true;
  }

  keep(): void {
    this.abort();
    this.isKept = true;
  }

  /**
   * Takes the request's body as an upstream does, until it ends or the exchange does. What the body throws
   * reaches the sink, as the port promises.
   *
   * @returns what was received.
   */
  async receive(): Promise<Buffer> {
    const { body } = this.request;
    if (body instanceof Uint8Array) return Buffer.from(body);
    const received: Uint8Array[] = [];
    try {
      for await (const frame of body.frames) {
        if (this.isAborted) break;
        received.push(frame);
      }
    } catch (error) {
      if (!this.isAborted) this.sink.failed(toGatewayError(error));
    }
    return Buffer.concat(received);
  }
}

/** How far an exchange comes by itself. */
export type FakeStage = "queued" | "opening" | "sent";

/** Hands every exchange to the test, in a microtask of its own as the port promises. */
export class FakeUpstream implements Upstream {
  readonly exchanges: FakeExchange[] = [];
  readonly #play: (exchange: FakeExchange) => void;
  readonly #stage: FakeStage;

  constructor(play: (exchange: FakeExchange) => void, stage: FakeStage = "sent") {
    this.#play = play;
    this.#stage = stage;
  }

  send(request: UpstreamRequest, sink: UpstreamSink): FakeExchange {
    const exchange = new FakeExchange(request, sink);
    this.exchanges.push(exchange);
    if (this.#stage !== "queued") sink.opening();
    queueMicrotask(() => {
      if (exchange.isAborted || this.#stage !== "sent") return;
      sink.sent();
      this.#play(exchange);
    });
    return exchange;
  }

  get connections(): number {
    return 0;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
