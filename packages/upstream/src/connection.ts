/**
 * One connection to an upstream, which knows whether it has carried requests before.
 *
 * A server may close a connection that it finds idle just when a request arrives on it; no setting of
 * ours can rule that out. A request that fails in this way has not failed: it belongs on a new one.
 */
import { Client } from "undici";
import type { Dispatcher } from "undici";

/** Told on which connection it is sent. */
export interface Passenger {
  board(connection: Connection): void;
}

export class Connection extends Client {
  /** Since it was opened last. */
  #requests = 0;

  constructor(origin: URL | string, options: Client.Options) {
    super(origin, options);
    this.on("connect", () => (this.#requests = 0));
  }

  override dispatch(
    options: Dispatcher.DispatchOptions,
    handler: Dispatcher.DispatchHandler & Partial<Passenger>,
  ): boolean {
    handler.board?.(this);
    return super.dispatch(options, handler);
  }

  /** A request is on its way. @returns whether there were others before it. */
  carry(): boolean {
    this.#requests++;
    return this.#requests > 1;
  }
}

const CLOSED_CODES: readonly unknown[] = ["ECONNRESET", "EPIPE", "UND_ERR_SOCKET"];

/** Whether the other side has closed the connection. */
export function isClosed(error: Error): boolean {
  return "code" in error && CLOSED_CODES.includes(error.code);
}
