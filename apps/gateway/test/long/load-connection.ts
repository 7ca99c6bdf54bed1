/** One kept connection of a load generator: one exchange at a time, with callbacks, because it is hot. */
import { connect } from "node:net";
import type { Socket } from "node:net";
import { readWholeAnswer } from "./whole-answer.ts";
import type { WholeAnswer } from "./whole-answer.ts";

/** `undefined`: the connection ended first. */
export type AnswerListener = (answer: WholeAnswer | undefined) => void;

export class LoadConnection {
  readonly #socket: Socket;
  #rest: Buffer | undefined;
  #listener: AnswerListener | undefined;
  #isOpen = true;

  constructor(port: number) {
    this.#socket = connect({ port, host: "127.0.0.1", noDelay: true });
    this.#socket.on("data", (bytes: Buffer) => this.#read(bytes));
    // "close" follows and says the same.
    this.#socket.on("error", () => undefined);
    this.#socket.once("close", () => this.#end());
  }

  /** Whether another exchange may be tried on it. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  exchange(request: Buffer | string, listener: AnswerListener): void {
    this.#listener = listener;
    this.#socket.write(request);
  }

  close(): void {
    this.#isOpen = false;
    this.#socket.destroy();
  }

  #read(bytes: Buffer): void {
    const all = this.#rest === undefined ? bytes : Buffer.concat([this.#rest, bytes]);
    const answer = readWholeAnswer(all);
    if (answer === undefined) {
      this.#rest = all;
      return;
    }
    this.#rest = answer.end < all.length ? all.subarray(answer.end) : undefined;
    if (answer.head.includes("\r\nconnection: close\r\n")) this.close();
    this.#tell(answer);
  }

  #end(): void {
    this.#isOpen = false;
    this.#tell(undefined);
  }

  #tell(answer: WholeAnswer | undefined): void {
    const listener = this.#listener;
    this.#listener = undefined;
    listener?.(answer);
  }
}
