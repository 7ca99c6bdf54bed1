/**
 * One connection to an upstream. It carries one exchange after the other, never two at once, and another
 * one only when the one before has said that its answer was good.
 *
 * Whatever else leaves in doubt what its next bytes mean closes it: an error, an answer that ends before its
 * request, bytes behind an answer. On a connection that was kept they would be taken for the answer to the
 * next request.
 */
import type { Socket } from "node:net";
import { toGatewayError } from "@slipstream/contracts/errors";
import type { UpstreamRequest } from "@slipstream/contracts/upstream";
import { ClosedError } from "./closed-error.ts";
import { ProtocolError } from "./protocol-error.ts";
import type { Origin, SocketListener } from "./origin.ts";
import type { ResponseHead } from "./response-head.ts";
import { ResponseReader } from "./response-reader.ts";
import type { ResponseListener } from "./response-reader.ts";
import { sendFrames } from "./send-frames.ts";
import { writeRequest } from "./write-request.ts";

/** A net below the deadlines of the pipeline: frees the socket of an address that never answers. */
const CONNECT_TIMEOUT_MS = 30_000;
/** Shorter than what servers keep idle connections for that do not say how long (Node, uvicorn: 5 s). */
const IDLE_MS = 4000;
/** However long a server says that it keeps them: an idle socket costs little, a TLS handshake much. */
const IDLE_MS_MAX = 60_000;
/** Before the upstream's own end: a request may be under way. */
const IDLE_MARGIN_MS = 1000;

/** What a connection carries. */
export interface Passenger extends ResponseListener {
  /** The connection is opened for it: `board` follows, or `lost`. */
  assigned(connection: Connection): void;
  /** The connection is open and its own, until it is `free`, destroyed or `lost`. */
  board(connection: Connection): void;
  /** It has no connection any more. Not within the call that put it on. */
  lost(error: Error): void;
}

export interface ConnectionOwner {
  /** It can carry another exchange. */
  freed(connection: Connection): void;
  /** Once, also when it has never opened. */
  closed(connection: Connection): void;
}

export class Connection implements SocketListener, ResponseListener {
  readonly #owner: ConnectionOwner;
  readonly #socket: Socket;
  #passenger: Passenger | undefined;
  #reader: ResponseReader;
  #isOpen = false;
  #isUsed = false;
  #isReused = false;
  #idleMs = IDLE_MS;
  /** Nothing more of the request will be given to the socket. */
  #isSent = true;
  #isPaused = false;

  constructor(origin: Origin, owner: ConnectionOwner, passenger: Passenger) {
    this.#owner = owner;
    this.#passenger = passenger;
    this.#reader = new ResponseReader(this);
    const socket = origin.connect(this);
    this.#socket = socket;
    socket.setTimeout(CONNECT_TIMEOUT_MS);
    socket.on("timeout", () => socket.destroy(new Error("nothing happened for too long")));
    socket.on("error", (error) => this.#lose(error));
    socket.on("end", () => this.#end());
    socket.on("close", () => {
      this.#lose(new ClosedError());
      owner.closed(this);
    });
  }

  /** Tells its first passenger. */
  assign(): void {
    try {
      this.#passenger?.assigned(this);
    } catch (error) {
      queueMicrotask(() => this.#lose(toGatewayError(error)));
    }
  }

  /** The next exchange. */
  carry(passenger: Passenger): void {
    this.#passenger = passenger;
    this.#reader = new ResponseReader(this);
    this.#begin(passenger);
  }

  opened(): void {
    this.#isOpen = true;
    if (this.#passenger !== undefined) this.#begin(this.#passenger);
  }

  #begin(passenger: Passenger): void {
    this.#socket.setTimeout(0);
    this.#isReused = this.#isUsed;
    this.#isUsed = true;
    try {
      passenger.board(this);
    } catch (error) {
      this.#lose(toGatewayError(error));
    }
  }

  /** Whether it can carry anything. */
  get isOpen(): boolean {
    return this.#isOpen && !this.#socket.destroyed;
  }

  /** Whether its passenger is not its first. */
  get isReused(): boolean {
    return this.#isReused;
  }

  /** Anything of an answer has come to its passenger. */
  get hasHeard(): boolean {
    return this.#reader.hasHeard;
  }

  /** Writes a request. A body that still arrives goes on after that; `lost` tells of its failure too. */
  send(head: string, body: UpstreamRequest["body"]): void {
    if (body instanceof Uint8Array) {
      writeRequest(this.#socket, head, body);
      return;
    }
    this.#isSent = false;
    this.#socket.write(head, "latin1");
    sendFrames(this.#socket, body).then(
      () => (this.#isSent = true),
      (error: unknown) => this.#lose(toGatewayError(error)),
    );
  }

  pause(): void {
    this.#isPaused = true;
    this.#socket.pause();
  }

  resume(): void {
    this.#isPaused = false;
    this.#socket.resume();
  }

  /** Closes it; its passenger hears nothing more. */
  destroy(): void {
    this.#passenger = undefined;
    this.#socket.destroy();
  }

  /** Closes it, if it is not open yet. */
  giveUpOpening(): void {
    if (!this.#isOpen) this.#lose(new ClosedError());
  }

  /** Its passenger leaves it, and its answer was good: keeps it for another, if nothing is in doubt. */
  free(): void {
    this.#passenger = undefined;
    if (this.#socket.destroyed) return;
    if (!this.#reader.isDone || !this.#isWritten || this.#idleMs <= 0) return this.destroy();
    if (this.#isPaused) this.resume();
    this.#socket.setTimeout(this.#idleMs);
    this.#owner.freed(this);
  }

  /** Hot. */
  read(bytes: Buffer): boolean {
    try {
      if (this.#reader.push(bytes) < bytes.length) this.destroy();
    } catch (error) {
      this.#lose(toLoss(error));
    }
    return !this.#isPaused;
  }

  head(head: ResponseHead): void {
    const { keepAliveMs } = head;
    this.#idleMs =
      keepAliveMs === undefined ? IDLE_MS : Math.min(IDLE_MS_MAX, keepAliveMs - IDLE_MARGIN_MS);
    this.#passenger?.head(head);
  }

  /** Hot. */
  frame(frame: Buffer): void {
    this.#passenger?.frame(frame);
  }

  end(): void {
    this.#passenger?.end();
    // Whoever says nothing about its answer does not hold the connection for ever.
    if (this.#passenger !== undefined) this.#socket.setTimeout(IDLE_MS);
  }

  /** The request has left us to its last byte. */
  get #isWritten(): boolean {
    return this.#isSent && this.#socket.writableLength === 0;
  }

  /** The upstream has closed its side. */
  #end(): void {
    try {
      this.#reader.close();
    } catch (error) {
      return this.#lose(toLoss(error));
    }
    // A passenger whose answer has ended with it has all that it needs.
    this.#lose(new ClosedError());
  }

  #lose(error: Error): void {
    const passenger = this.#passenger;
    this.destroy();
    passenger?.lost(error);
  }
}

/** What is thrown while an answer is read: the upstream's if it is about the protocol, else a fault of ours. */
function toLoss(thrown: unknown): Error {
  return thrown instanceof ProtocolError ? thrown : toGatewayError(thrown);
}
