/**
 * One connection to an upstream, which knows whether it has carried requests before.
 *
 * A server may close a connection that it finds idle just when a request arrives on it; no setting of
 * ours can rule that out. A request that fails in this way has not failed: it belongs on a new one.
 *
 * A server may also answer with what is no answer, and with the proper one later. On a connection that
 * was kept it would be taken for the answer to the next request.
 */
import type { Socket } from "node:net";
import { Client } from "undici";
import type { buildConnector, Dispatcher } from "undici";

/** Told on which connection it is sent. */
export interface Passenger {
  board(connection: Connection): void;
}

export class Connection extends Client {
  readonly #wire: Wire;
  #requests = 0;
  /** Of the requests, those before it was opened last. */
  #requestsBefore = 0;

  constructor(origin: URL | string, options: ConnectionOptions) {
    const wire: Wire = { socket: undefined };
    super(origin, { ...options, connect: keepSocket(options.connect, wire) });
    this.#wire = wire;
    this.on("connect", () => (this.#requestsBefore = this.#requests));
  }

  override dispatch(
    options: Dispatcher.DispatchOptions,
    handler: Dispatcher.DispatchHandler & Partial<Passenger>,
  ): boolean {
    handler.board?.(this);
    return super.dispatch(options, handler);
  }

  /** A request is on its way. @returns its number, for `giveUp`. */
  carry(): number {
    return ++this.#requests;
  }

  /** Whether the last request was not the first since it was opened. */
  get isReused(): boolean {
    return this.#requests - this.#requestsBefore > 1;
  }

  /** Closes it, if that request was the last. The next one opens it again. */
  giveUp(request: number): void {
    if (request === this.#requests) this.#wire.socket?.destroy();
  }
}

export interface ConnectionOptions extends Client.Options {
  readonly connect: buildConnector.connector;
}

interface Wire {
  socket: Socket | undefined;
}

function keepSocket(connect: buildConnector.connector, wire: Wire): buildConnector.connector {
  return (options, callback) => {
    connect(options, (...result) => {
      wire.socket = result[1] ?? undefined;
      callback(...result);
    });
  };
}

const CLOSED_CODES: readonly unknown[] = ["ECONNRESET", "EPIPE", "UND_ERR_SOCKET"];

/** Whether the other side has closed the connection. */
export function isClosed(error: Error): boolean {
  return "code" in error && CLOSED_CODES.includes(error.code);
}
