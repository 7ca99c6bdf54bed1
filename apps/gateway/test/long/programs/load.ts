/**
 * Clients that ask as fast as they are answered (a closed loop), or so many times a second whatever the
 * answers do (an open one), and remember for every numbered request how it went.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { nowMs } from "@slipstream/mock-upstream/monotonic-clock";
import { LoadConnection } from "../load-connection.ts";
import { FATES } from "../load-plan.ts";
import type { Fate, LoadPlan, LoadProgram, LoadResult, OpenLoop } from "../load-plan.ts";
import { RequestTemplate } from "../numbered-requests.ts";
import { runProgram } from "../run-program.ts";
import type { WholeAnswer } from "../whole-answer.ts";

/** Far more than there can be in the time: memory that is not touched costs nothing. */
const REQUESTS_MAX = 8_000_000;
const RECONNECT_MS = 20;
const TICK_MS = 2;
/** After the end, for answers that are still on their way. */
const LAST_ANSWERS_MS = 15_000;

class Load {
  readonly #plan: LoadPlan;
  readonly #template: RequestTemplate;
  readonly #fates = new Uint8Array(REQUESTS_MAX);
  readonly #endedAtMs = new Float64Array(REQUESTS_MAX);
  readonly #completePerSecond: number[] = [];
  readonly #sentPerSecond: number[] = [];
  readonly #others: Record<string, number> = {};
  readonly #startMs = nowMs();
  #sent = 0;
  #open = 0;
  #notSent = 0;
  #isOver = false;

  constructor(plan: LoadPlan) {
    this.#plan = plan;
    const { key, model } = plan;
    this.#template = new RequestTemplate({ key, fields: { model } });
  }

  async run(signal: AbortSignal): Promise<LoadResult> {
    const { shape } = this.#plan;
    signal.addEventListener("abort", () => (this.#isOver = true));
    if (shape.type === "closed") {
      for (let client = 0; client < shape.clients; client++) this.#connect();
      while (!this.#isOver) await sleep(TICK_MS);
    } else {
      await this.#arrive(shape);
    }
    const endMs = nowMs() + LAST_ANSWERS_MS;
    while (this.#open > 0 && nowMs() < endMs) await sleep(TICK_MS);
    return this.#toResult();
  }

  #connect(): void {
    if (this.#isOver) return;
    this.#askAgain(new LoadConnection(this.#plan.port));
  }

  #askAgain(connection: LoadConnection): void {
    if (this.#isOver) return connection.close();
    this.#ask(connection, (answer) => {
      if (answer !== undefined && connection.isOpen) this.#askAgain(connection);
      else setTimeout(() => this.#connect(), answer === undefined ? RECONNECT_MS : 0);
    });
  }

  async #arrive({ requestsPerSecond, connectionsMax }: OpenLoop): Promise<void> {
    const idle: LoadConnection[] = [];
    let opened = 0;
    let due = 0;
    const take = (): LoadConnection | undefined => {
      for (let last = idle.pop(); last !== undefined; last = idle.pop()) {
        if (last.isOpen) return last;
        opened--;
      }
      if (opened >= connectionsMax) return undefined;
      opened++;
      return new LoadConnection(this.#plan.port);
    };
    while (!this.#isOver) {
      const dueNow = ((nowMs() - this.#startMs) / 1000) * requestsPerSecond;
      for (; due < dueNow; due++) {
        const connection = take();
        if (connection === undefined) this.#notSent++;
        else {
          this.#ask(connection, () => {
            if (connection.isOpen) idle.push(connection);
            else opened--;
          });
        }
      }
      await sleep(TICK_MS);
    }
  }

  #ask(connection: LoadConnection, done: (answer: WholeAnswer | undefined) => void): void {
    const index = this.#sent++;
    this.#open++;
    this.#fates[index] = FATES.indexOf("unanswered");
    this.#count(this.#sentPerSecond);
    const request = this.#template.toBytes(this.#plan.firstNumber + index);
    connection.exchange(request, (answer) => {
      this.#open--;
      this.#fates[index] = FATES.indexOf(this.#judge(answer));
      this.#endedAtMs[index] = nowMs();
      done(answer);
    });
  }

  #judge(answer: WholeAnswer | undefined): Fate {
    if (answer === undefined) return "lost";
    const { status, head, body } = answer;
    if (status === 200 && body.includes('"finish_reason"')) {
      this.#count(this.#completePerSecond);
      return "complete";
    }
    const isShed = status === 503 && body.includes('"overloaded"');
    if (isShed && head.includes("\r\nretry-after: ")) return "shed";
    const kind = `${status} ${/"code":\s*"(\w+)"/.exec(body.toString("latin1", 0, 1000))?.[1]}`;
    this.#others[kind] = (this.#others[kind] ?? 0) + 1;
    return "other";
  }

  #count(perSecond: number[]): void {
    const second = Math.floor((nowMs() - this.#startMs) / 1000);
    perSecond[second] = (perSecond[second] ?? 0) + 1;
  }

  #toResult(): LoadResult {
    const fates = this.#fates.slice(0, this.#sent);
    const counts = Object.fromEntries(FATES.map((fate) => [fate, 0])) as Record<Fate, number>;
    for (const fate of fates) counts[FATES[fate] ?? "unsent"]++;
    return {
      firstNumber: this.#plan.firstNumber,
      fates,
      endedAtMs: this.#endedAtMs.slice(0, this.#sent),
      counts,
      completePerSecond: Array.from(this.#completePerSecond, (count) => count ?? 0),
      sentPerSecond: Array.from(this.#sentPerSecond, (count) => count ?? 0),
      notSent: this.#notSent,
      others: this.#others,
    };
  }
}

runProgram<LoadProgram>(async (plan, { signal, ready }) => {
  ready(undefined);
  return new Load(plan).run(signal);
});
