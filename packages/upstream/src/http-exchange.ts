/**
 * One exchange: a connection on one side, the sinks of the Upstream port on the other.
 */
import type {
  BodySink,
  UpstreamExchange,
  UpstreamRequest,
  UpstreamSink,
} from "@slipstream/contracts/upstream";
import { isClosed } from "./closed-error.ts";
import type { Connection, Passenger } from "./connection.ts";
import type { ConnectionPool } from "./connection-pool.ts";
import type { ResponseHead } from "./response-head.ts";
import { toBodyError, toConnectError } from "./transport-error.ts";

type ExchangePhase =
  | { readonly type: "waiting"; readonly sink: UpstreamSink }
  /** The sink is being told of the head. */
  | { readonly type: "head"; readonly sink: UpstreamSink }
  | { readonly type: "body"; readonly sink: BodySink }
  | { readonly type: "over" };

const OVER: ExchangePhase = { type: "over" };

export interface HttpExchangeOptions {
  readonly pool: ConnectionPool;
  readonly sink: UpstreamSink;
  readonly head: string;
  readonly body: UpstreamRequest["body"];
}

export class HttpExchange implements UpstreamExchange, Passenger {
  readonly #pool: ConnectionPool;
  readonly #head: string;
  readonly #body: UpstreamRequest["body"];
  #phase: ExchangePhase;
  /** `undefined` while it waits for one. */
  #connection: Connection | undefined;
  /** Among the requests of its connection. */
  #number = 0;
  #isSent = false;
  #isSentAgain = false;

  constructor({ pool, sink, head, body }: HttpExchangeOptions) {
    this.#pool = pool;
    this.#head = head;
    this.#body = body;
    this.#phase = { type: "waiting", sink };
  }

  start(): void {
    this.#pool.admit(this);
  }

  pause(): void {
    if (this.#isAnswered()) this.#connection?.pause();
  }

  resume(): void {
    if (this.#isAnswered()) this.#connection?.resume();
  }

  abort(): void {
    if (this.#phase.type === "over") return;
    this.#phase = OVER;
    if (this.#connection === undefined) this.#pool.leave(this);
    else this.#connection.destroy();
  }

  discard(): void {
    this.abort();
    this.#connection?.giveUp(this.#number);
  }

  assigned(connection: Connection): void {
    this.#connection = connection;
  }

  board(connection: Connection): void {
    this.#connection = connection;
    this.#number = connection.requests;
    connection.send(this.#head, this.#body);
    if (this.#phase.type !== "waiting" || this.#isSent) return;
    this.#isSent = true;
    this.#phase.sink.sent();
  }

  head({ status, headers }: ResponseHead): void {
    if (this.#phase.type !== "waiting") return;
    const { sink } = this.#phase;
    this.#phase = { type: "head", sink };
    const body = sink.head({ status, headers });
    if (!this.#isOver()) this.#phase = { type: "body", sink: body };
  }

  /** Hot. */
  frame(frame: Buffer): void {
    if (this.#phase.type === "body") this.#phase.sink.frame(frame);
  }

  end(): void {
    if (this.#phase.type !== "body") return;
    const { sink } = this.#phase;
    this.#phase = OVER;
    sink.end();
  }

  lost(error: Error): void {
    if (this.#canSendAgain(error)) {
      this.#isSentAgain = true;
      this.#connection = undefined;
      this.#pool.admitToNew(this);
    } else {
      this.#fail(error);
    }
  }

  /** A server may close a connection that it finds idle in the moment in which a request arrives on it. */
  #canSendAgain(error: Error): boolean {
    const connection = this.#connection;
    return (
      this.#phase.type === "waiting" &&
      connection?.isReused === true &&
      !connection.hasHeard &&
      !this.#isSentAgain &&
      this.#body instanceof Uint8Array &&
      isClosed(error)
    );
  }

  #fail(error: Error): void {
    const phase = this.#phase;
    this.#phase = OVER;
    this.#connection?.destroy();
    if (phase.type === "over") return;
    const isBody = phase.type === "body";
    phase.sink.failed(isBody ? toBodyError(error) : toConnectError(error));
  }

  /** Something of the answer can be held back. */
  #isAnswered(): boolean {
    return this.#phase.type === "head" || this.#phase.type === "body";
  }

  /** The sink may have aborted while it was told. */
  #isOver(): boolean {
    return this.#phase.type === "over";
  }
}
