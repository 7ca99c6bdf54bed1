/** Clients of several tenants, whose every answer must repeat what its own request said. */
import { LoadConnection } from "../load-connection.ts";
import { NONCE } from "../late-answer-kinds.ts";
import { toNumberedId, toRequestText } from "../numbered-requests.ts";
import { runProgram } from "../run-program.ts";
import { SeededRandom } from "../seeded-random.ts";

export interface NonceProgram {
  readonly plan: NoncePlan;
  readonly ready: undefined;
  readonly result: NonceResult;
}

interface NoncePlan {
  readonly port: number;
  /** One for each tenant. */
  readonly keys: readonly string[];
  readonly connectionsPerKey: number;
  readonly isStream: boolean;
  /** What is asked for every other time; between, the model is `good`. */
  readonly model: string;
  /** Requests to that model. */
  readonly tries: number;
  readonly seed: number;
}

interface NonceResult {
  readonly answers: number;
  /** Answers that said what another request had said. */
  readonly crossed: number;
  readonly firstCrossed: string | undefined;
  /** How many answers there were of each status to requests to the model in question. */
  readonly statuses: Readonly<Record<string, number>>;
}

class NonceClients {
  readonly #plan: NoncePlan;
  readonly #random: SeededRandom;
  readonly #statuses: Record<string, number> = {};
  #sent = 0;
  #tried = 0;
  #answers = 0;
  #crossed = 0;
  #firstCrossed: string | undefined;

  constructor(plan: NoncePlan) {
    this.#plan = plan;
    this.#random = new SeededRandom(plan.seed);
  }

  async run(): Promise<NonceResult> {
    const { keys, connectionsPerKey } = this.#plan;
    const clients = keys.flatMap((key, tenant) =>
      Array.from({ length: connectionsPerKey }, () => this.#askOften(key, tenant)),
    );
    await Promise.all(clients);
    return {
      answers: this.#answers,
      crossed: this.#crossed,
      firstCrossed: this.#firstCrossed,
      statuses: this.#statuses,
    };
  }

  async #askOften(key: string, tenant: number): Promise<void> {
    let connection = new LoadConnection(this.#plan.port);
    while (this.#tried < this.#plan.tries) {
      if (!connection.isOpen) connection = new LoadConnection(this.#plan.port);
      await this.#ask(connection, key, tenant);
    }
    connection.close();
  }

  #ask(connection: LoadConnection, key: string, tenant: number): Promise<void> {
    const { isStream } = this.#plan;
    const isTry = this.#random.below(2) === 0;
    if (isTry) this.#tried++;
    const number = this.#sent++;
    const nonce = `nonce-${tenant.toString(16)}-${number.toString(16)}`;
    const model = isTry ? this.#plan.model : "good";
    const messages = [{ role: "user", content: nonce }];
    const request = toRequestText(key, toNumberedId(number), { model, stream: isStream, messages });
    return new Promise((resolve) => {
      connection.exchange(request, (answer) => {
        if (isTry) {
          const status = String(answer?.status);
          this.#statuses[status] = (this.#statuses[status] ?? 0) + 1;
        }
        if (answer !== undefined) this.#judge(answer.body.toString(), nonce);
        resolve();
      });
    });
  }

  #judge(body: string, nonce: string): void {
    this.#answers++;
    const stranger = body.match(NONCE)?.find((said) => said !== nonce);
    if (stranger === undefined) return;
    this.#crossed++;
    this.#firstCrossed ??= `${nonce} was answered with ${stranger}`;
  }
}

runProgram<NonceProgram>((plan, { ready }) => {
  ready(undefined);
  return new NonceClients(plan).run();
});
