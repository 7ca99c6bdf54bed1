/**
 * An upstream that answers a second time. Its models are called `good`, or after a first answer: then a
 * whole, well-formed answer to the same request follows a random while later on the same connection.
 */
import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { FIRST_ANSWERS, NONCE, toFirstText, toGoodText } from "../late-answer-kinds.ts";
import { runProgram, untilAborted } from "../run-program.ts";
import { SeededRandom } from "../seeded-random.ts";
import { readWholeAnswer } from "../whole-answer.ts";

export interface LateUpstreamProgram {
  readonly plan: { readonly seed: number };
  /** Its base URL. */
  readonly ready: string;
  readonly result: LateUpstreamResult;
}

/** Requests by model; how often a second answer was sent on a connection that was still open. */
interface LateUpstreamResult {
  readonly requests: Readonly<Record<string, number>>;
  readonly secondAnswers: number;
}

const LATE_MS_MAX = 20;

class LateUpstream {
  readonly #random: SeededRandom;
  readonly #requests: Record<string, number> = {};
  #secondAnswers = 0;

  constructor({ seed }: LateUpstreamProgram["plan"]) {
    this.#random = new SeededRandom(seed);
  }

  readonly serve = (socket: Socket): void => {
    let rest: Buffer = Buffer.alloc(0);
    socket.setNoDelay(true);
    socket.on("error", () => undefined);
    socket.on("data", (bytes: Buffer) => {
      rest = Buffer.concat([rest, bytes]);
      // A request has a head and a body as an answer has.
      for (let next = readWholeAnswer(rest); next !== undefined; next = readWholeAnswer(rest)) {
        rest = rest.subarray(next.end);
        this.#answer(socket, next.body.toString());
      }
    });
  };

  get result(): LateUpstreamResult {
    return { requests: this.#requests, secondAnswers: this.#secondAnswers };
  }

  #answer(socket: Socket, body: string): void {
    const { model, stream } = JSON.parse(body) as { model: string; stream?: boolean };
    this.#requests[model] = (this.#requests[model] ?? 0) + 1;
    const nonce = NONCE_ONCE.exec(body)?.[0] ?? "";
    const isStream = stream === true;
    const first = FIRST_ANSWERS.find(({ name }) => name === model);
    if (first === undefined) {
      socket.write(toGoodText(200, isStream, nonce));
      return;
    }
    socket.write(toFirstText(first, isStream, nonce));
    setTimeout(
      () => {
        if (!socket.writable) return;
        this.#secondAnswers++;
        socket.write(toGoodText(200, isStream, nonce));
      },
      this.#random.below(LATE_MS_MAX + 1),
    );
  }
}

const NONCE_ONCE = new RegExp(NONCE.source);

runProgram<LateUpstreamProgram>(async (plan, { signal, ready }) => {
  const upstream = new LateUpstream(plan);
  const server = createServer(upstream.serve).listen(0, "127.0.0.1");
  await once(server, "listening");
  ready(`http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`);
  await untilAborted(signal);
  return upstream.result;
});
