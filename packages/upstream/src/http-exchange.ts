/**
 * One exchange: a connection on one side, the sinks of the Upstream port on the other.
 */
import type { Clock } from "@slipstream/contracts/clock";
import { GatewayError } from "@slipstream/contracts/errors";
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

/**
 * A server that closes a connection because it was idle does so by the time in which the request arrives, ms.
 * What is lost later may have been worked on, and is the upstream's failure.
 */
const SEND_AGAIN_MS_MAX = 1000;

type ExchangePhase =
  | { readonly type: "waiting"; readonly sink: UpstreamSink }
  /** The sink is being told of the head. */
  | { readonly type: "head"; readonly sink: UpstreamSink }
  | { readonly type: "body"; readonly sink: BodySink }
  /** All of the answer has come; the sink has not said yet whether it was good. */
  | { readonly type: "ended"; readonly sink: BodySink }
  | { readonly type: "over" };

const OVER: ExchangePhase = { type: "over" };

export interface HttpExchangeOptions {
  readonly clock: Clock;
  readonly pool: ConnectionPool;
  readonly sink: UpstreamSink;
  readonly head: string;
  readonly body: UpstreamRequest["body"];
}

export class HttpExchange implements UpstreamExchange, Passenger {
  readonly #clock: Clock;
  readonly #pool: ConnectionPool;
  readonly #head: string;
  readonly #body: UpstreamRequest["body"];
  #phase: ExchangePhase;
  /** `undefined` while it waits for one. */
  #connection: Connection | undefined;
  #sends = 0;
  /** When it was sent last. */
  #sentMs = 0;

  constructor({ clock, pool, sink, head, body }: HttpExchangeOptions) {
    this.#clock = clock;
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

  keep(): void {
    if (this.#phase.type !== "ended") return this.abort();
    this.#phase = OVER;
    this.#connection?.free();
  }

  assigned(connection: Connection): void {
    this.#connection = connection;
    if (this.#phase.type === "waiting" && this.#sends === 0) this.#phase.sink.opening();
  }

  board(connection: Connection): void {
    this.#connection = connection;
    connection.send(this.#head, this.#body);
    this.#sends++;
    this.#sentMs = this.#clock.nowMs();
    if (this.#phase.type !== "waiting") return;
    if (this.#sends === 1) this.#phase.sink.sent();
    else this.#phase.sink.sentAgain();
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
    this.#phase = { type: "ended", sink };
    sink.end();
  }

  lost(error: Error): void {
    if (this.#canSendAgain(error)) {
      this.#connection = undefined;
      this.#pool.admitToNew(this);
    } else if (this.#phase.type !== "ended" || error instanceof GatewayError) {
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
      this.#sends === 1 &&
      this.#clock.nowMs() - this.#sentMs < SEND_AGAIN_MS_MAX &&
      this.#body instanceof Uint8Array &&
      isClosed(error)
    );
  }

  #fail(error: Error): void {
    const phase = this.#phase;
    this.#phase = OVER;
    this.#connection?.destroy();
    if (phase.type === "over") return;
    const isBody = phase.type === "body" || phase.type === "ended";
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
