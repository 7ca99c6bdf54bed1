/**
 * One exchange: undici's callbacks on one side, the sinks of the Upstream port on the other.
 */
import type { IncomingHttpHeaders } from "node:http";
import { InvariantError } from "@slipstream/contracts/errors";
import type { BodySink, UpstreamExchange, UpstreamSink } from "@slipstream/contracts/upstream";
import type { Dispatcher } from "undici";
import { isClosed } from "./connection.ts";
import type { Connection, Passenger } from "./connection.ts";
import { toBodyError, toConnectError } from "./transport-error.ts";

type ExchangePhase =
  | { readonly type: "waiting"; readonly sink: UpstreamSink }
  | { readonly type: "body"; readonly sink: BodySink }
  | { readonly type: "over" };

const OVER: ExchangePhase = { type: "over" };

/** Why undici is told to drop an exchange. Nobody sees it: an aborted exchange is silent. */
const ABORTED = new Error("aborted by the gateway");

/** Sends the same request on a new connection. @returns false when that cannot be done. */
type SendAgain = () => boolean;

export class UndiciExchange implements UpstreamExchange, Dispatcher.DispatchHandler, Passenger {
  #phase: ExchangePhase;
  /** Until it has been used. */
  #sendAgain: SendAgain | undefined;
  #connection: Connection | undefined;
  /** Among those of its connection. */
  #number = 0;
  /** Its connection had carried other requests before. */
  #isOnUsedConnection = false;
  #isSent = false;
  /** undici hands it out when a connection has been found. */
  #controller: Dispatcher.DispatchController | undefined;

  constructor(sink: UpstreamSink, sendAgain: SendAgain) {
    this.#phase = { type: "waiting", sink };
    this.#sendAgain = sendAgain;
  }

  board(connection: Connection): void {
    this.#connection = connection;
  }

  pause(): void {
    this.#controller?.pause();
  }

  resume(): void {
    this.#controller?.resume();
  }

  abort(): void {
    if (this.#phase.type === "over") return;
    this.#phase = OVER;
    this.#controller?.abort(ABORTED);
  }

  discard(): void {
    this.abort();
    this.#connection?.giveUp(this.#number);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    this.#number = this.#connection?.carry() ?? 0;
    this.#isOnUsedConnection = this.#connection?.isReused ?? false;
    if (this.#phase.type === "over") controller.abort(ABORTED);
    if (this.#phase.type === "waiting" && !this.#isSent) {
      this.#isSent = true;
      this.#phase.sink.sent();
    }
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: IncomingHttpHeaders,
  ): void {
    // Pieces of the first frame: they would hold all of it for as long as the exchange lasts.
    controller.rawHeaders = null;
    // 1xx: the answer proper is still to come.
    if (this.#phase.type !== "waiting" || status < 200) return;
    const { sink } = this.#phase;
    const bodySink = sink.head({ status, headers: toFirstValues(headers) });
    if (!this.#isOver()) this.#phase = { type: "body", sink: bodySink };
  }

  onResponseData(_controller: Dispatcher.DispatchController, frame: Buffer): void {
    if (this.#phase.type === "body") this.#phase.sink.frame(frame);
  }

  onResponseEnd(): void {
    if (this.#phase.type === "waiting") {
      throw new InvariantError("undici ended an exchange without a head");
    }
    if (this.#phase.type === "over") return;
    const { sink } = this.#phase;
    this.#phase = OVER;
    sink.end();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    // undici may report an error while it is still being called; the port promises to be later.
    queueMicrotask(() => {
      const phase = this.#phase;
      if (phase.type === "waiting" && this.#sendsAgain(error)) return;
      this.#phase = OVER;
      if (phase.type === "waiting") phase.sink.failed(toConnectError(error));
      if (phase.type === "body") phase.sink.failed(toBodyError(error));
    });
  }

  /** Once at most, and only where the connection is to blame. */
  #sendsAgain(error: Error): boolean {
    const sendAgain = this.#sendAgain;
    this.#sendAgain = undefined;
    return this.#isOnUsedConnection && isClosed(error) && sendAgain?.() === true;
  }

  /** The sink may have aborted while it was told. */
  #isOver(): boolean {
    return this.#phase.type === "over";
  }
}

function toFirstValues(headers: IncomingHttpHeaders): Readonly<Record<string, string>> {
  const values: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    const first = Array.isArray(value) ? value[0] : value;
    if (first !== undefined) values[name] = first;
  }
  return values;
}
