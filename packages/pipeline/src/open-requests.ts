/**
 * The requests that are open: swept for deadlines by one timer that they share, and ended together when
 * the gateway ends.
 */
import { GatewayError, toGatewayError } from "@slipstream/contracts/errors";
import { RunningTime } from "./running-time.ts";

export interface OpenRequest {
  /** Looks whether a deadline has passed. */
  sweep(time: RunningTime): void;
  /** Of its answer: what waits for the client to take it. */
  readonly heldBytes: number;
  /** Ends the request with an error, unless its answer is complete. */
  interrupt(error: GatewayError): void;
}

export class OpenRequests {
  readonly #requests = new Set<OpenRequest>();
  readonly #waiting: (() => void)[] = [];
  readonly #time: RunningTime = new RunningTime();
  #lastNumber = 0;

  get count(): number {
    return this.#requests.size;
  }

  /** Of all of them. */
  get heldBytes(): number {
    let bytes = 0;
    for (const request of this.#requests) bytes += request.heldBytes;
    return bytes;
  }

  /** @returns its number among all requests so far, from 1. */
  add(request: OpenRequest): number {
    this.#requests.add(request);
    return ++this.#lastNumber;
  }

  delete(request: OpenRequest): void {
    this.#requests.delete(request);
    if (this.#requests.size > 0) return;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  /**
   * To be called every `SWEEP_INTERVAL_MS`. Warm: some nanoseconds per open request, twenty times a second.
   */
  sweep(nowMs: number): void {
    if (!this.#time.tick(nowMs)) return;
    for (const request of this.#requests) {
      try {
        request.sweep(this.#time);
      } catch (thrown) {
        // A bug that one request has met must not end the others.
        request.interrupt(toGatewayError(thrown));
      }
    }
  }

  /** Resolves when there is none. */
  async ended(): Promise<void> {
    if (this.#requests.size === 0) return;
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** Tells every client that the gateway is ending. */
  failAll(): void {
    for (const request of this.#requests) request.interrupt(shuttingDown());
  }
}

/** By then another gateway has taken over. */
const RETRY_AFTER_SECONDS = 1;

export function shuttingDown(): GatewayError {
  const message = "The gateway is shutting down. Please try again.";
  const headers = { "retry-after": String(RETRY_AFTER_SECONDS) };
  return new GatewayError("shutting_down", message, { headers });
}
