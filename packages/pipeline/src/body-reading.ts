/** At work for a request while a form is read: gives up a client that does not send it. */
import type { GatewayError } from "@slipstream/contracts/errors";
import type { RequestBody } from "./request-body.ts";
import type { RequestLife, RequestWorker } from "./request-life.ts";
import type { RunningTime } from "./running-time.ts";

export class BodyReading implements RequestWorker {
  readonly isDone = false;
  readonly #life: RequestLife;
  readonly #body: RequestBody;

  constructor(life: RequestLife, body: RequestBody) {
    this.#life = life;
    this.#body = body;
  }

  sweep(time: RunningTime): void {
    const error = this.#body.findTimeout(time, Infinity);
    if (error !== undefined) this.#life.fail(error);
  }

  interrupt(error: GatewayError): void {
    this.#life.fail(error);
  }

  readOn(): boolean {
    return false;
  }

  drained(): void {
    // Nothing has been written.
  }

  abandon(): void {
    // The read under way ends with the next frame or with the connection.
  }
}
