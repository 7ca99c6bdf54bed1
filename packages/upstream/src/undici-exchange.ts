/**
 * One exchange: undici's callbacks on one side, the sinks of the Upstream port on the other.
 */
import type { IncomingHttpHeaders } from "node:http";
import { InvariantError } from "@slipstream/contracts/errors";
import type { BodySink, UpstreamExchange, UpstreamSink } from "@slipstream/contracts/upstream";
import type { Dispatcher } from "undici";
import { toBodyError, toConnectError } from "./transport-error.ts";

type ExchangePhase =
  | { readonly type: "waiting"; readonly sink: UpstreamSink }
  | { readonly type: "body"; readonly sink: BodySink }
  | { readonly type: "over" };

const OVER: ExchangePhase = { type: "over" };

/** Why undici is told to drop an exchange. Nobody sees it: an aborted exchange is silent. */
const ABORTED = new Error("aborted by the gateway");

export class UndiciExchange implements UpstreamExchange, Dispatcher.DispatchHandler {
  #phase: ExchangePhase;
  /** undici hands it out when a connection has been found. */
  #controller: Dispatcher.DispatchController | undefined;

  constructor(sink: UpstreamSink) {
    this.#phase = { type: "waiting", sink };
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

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#phase.type === "over") controller.abort(ABORTED);
    if (this.#phase.type === "waiting") this.#phase.sink.sent();
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: IncomingHttpHeaders,
  ): void {
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
      this.#phase = OVER;
      if (phase.type === "waiting") phase.sink.failed(toConnectError(error));
      if (phase.type === "body") phase.sink.failed(toBodyError(error));
    });
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
