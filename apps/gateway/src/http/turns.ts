/**
 * One connection gets one turn at a time. What a client sends behind a request that is still being answered
 * (pipelining) waits until that answer has ended and until other connections have had their turn: Node hands
 * over all the requests of one packet at once, up to two thousand of them.
 *
 * Answers leave in the order of their requests (RFC 9112 section 9.3.2).
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";

export type Handle = (message: IncomingMessage, response: ServerResponse) => void;

/** One request and where its answer goes. */
interface Exchange {
  readonly message: IncomingMessage;
  readonly response: ServerResponse;
  readonly handle: Handle;
}

/**
 * Requests of one connection that wait. Clients of this API do not pipeline at all; with headers of 16 KiB each
 * these hold one megabyte. Until there are more, reading goes on, which is how a client's leaving is noticed.
 */
const WAITING_MAX = 64;

/** A client that has kept one connection that long may find another worker. */
const REQUESTS_PER_CONNECTION_MAX = 10_000;

export class Turns {
  readonly #connections = new WeakMap<Socket, ConnectionTurns>();

  /** Handles the request now, or when its turn comes, or never if its connection is closed before. */
  take(exchange: Exchange): void {
    const { socket } = exchange.message;
    let turns = this.#connections.get(socket);
    if (turns === undefined) {
      turns = new ConnectionTurns(socket);
      this.#connections.set(socket, turns);
    }
    turns.take(exchange);
  }

  /** Whether a request of this connection has not been answered to its end. */
  isBusy(socket: Socket): boolean {
    return this.#connections.get(socket)?.isBusy ?? false;
  }
}

class ConnectionTurns {
  readonly #socket: Socket;
  readonly #waiting: Exchange[] = [];
  /** `last`: an answer is under way, and the connection is closed after it. */
  #stage: "idle" | "answering" | "last" = "idle";
  #begun = 0;
  #current: ServerResponse | undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  get isBusy(): boolean {
    return this.#stage !== "idle";
  }

  take(exchange: Exchange): void {
    if (this.#stage === "idle") this.#begin(exchange);
    else if (this.#stage === "last") this.#socket.pause();
    else if (this.#waiting.length < WAITING_MAX) this.#waiting.push(exchange);
    else this.#refuseMore();
  }

  #begin({ message, response, handle }: Exchange): void {
    this.#stage = "answering";
    this.#current = response;
    this.#begun++;
    if (this.#begun === REQUESTS_PER_CONNECTION_MAX) this.#makeLast();
    response.once("close", () => this.#end());
    handle(message, response);
  }

  /** The answer under way is still given; nothing behind it is. */
  #refuseMore(): void {
    this.#waiting.length = 0;
    this.#makeLast();
    // Nothing of the answered request is missing: others have been read behind it.
    this.#socket.pause();
  }

  #makeLast(): void {
    this.#stage = "last";
    // Says `connection: close`, if the headers have not been sent.
    if (this.#current !== undefined) this.#current.shouldKeepAlive = false;
  }

  #end(): void {
    this.#current = undefined;
    if (this.#waiting.length > 0) setImmediate(() => this.#next());
    else this.#next();
  }

  #next(): void {
    // The client has left, or the last answer has closed the connection.
    if (!this.#socket.writable) this.#waiting.length = 0;
    const exchange = this.#waiting.shift();
    if (exchange !== undefined) this.#begin(exchange);
    else if (this.#stage === "last") this.#socket.destroySoon();
    else this.#stage = "idle";
  }
}
