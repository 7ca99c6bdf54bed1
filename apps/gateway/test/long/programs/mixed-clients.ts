/** Clients of every kind, side by side: patient ones, impatient ones, and such as ask for what there is not. */
import { connect } from "node:net";
import { createApiKey } from "@slipstream/auth/api-key";
import { LoadConnection } from "../load-connection.ts";
import type { MixedPlan, MixedProgram, MixedResult } from "../mixed-plan.ts";
import { toNumberedId, toRequestText } from "../numbered-requests.ts";
import { runProgram } from "../run-program.ts";
import { SeededRandom } from "../seeded-random.ts";

interface Kind {
  readonly name: string;
  /** One of `MIXED_MODELS`, or none. */
  readonly model: string;
  readonly isStream?: boolean;
  /** Leaves when the answer has begun. */
  readonly leaves?: boolean;
  readonly hasInventedKey?: boolean;
}

const KINDS: readonly Kind[] = [
  { name: "complete", model: "good" },
  { name: "complete", model: "good", isStream: true },
  { name: "left", model: "long", isStream: true, leaves: true },
  { name: "unknown key", model: "good", hasInventedKey: true },
  { name: "unknown model", model: "unknown" },
  { name: "reset", model: "reset", isStream: true },
  { name: "cut", model: "cut" },
  { name: "cut", model: "cut", isStream: true },
  { name: "silent", model: "silent" },
  { name: "broken", model: "broken", isStream: true },
  { name: "page", model: "page" },
];

class MixedClients {
  readonly #plan: MixedPlan;
  readonly #random: SeededRandom;
  readonly #accountable: number[] = [];
  readonly #countByKind: Record<string, number> = {};
  #sent = 0;

  constructor(plan: MixedPlan) {
    this.#plan = plan;
    this.#random = new SeededRandom(plan.seed);
  }

  async run(): Promise<MixedResult> {
    await Promise.all(Array.from({ length: this.#plan.parallel }, () => this.#askOften()));
    return { accountable: this.#accountable, countByKind: this.#countByKind };
  }

  async #askOften(): Promise<void> {
    let connection = new LoadConnection(this.#plan.port);
    while (this.#sent < this.#plan.requests) {
      const number = this.#plan.firstNumber + this.#sent++;
      const kind = KINDS[this.#random.below(KINDS.length)];
      if (kind === undefined) continue;
      this.#countByKind[kind.name] = (this.#countByKind[kind.name] ?? 0) + 1;
      if (kind.hasInventedKey !== true) this.#accountable.push(number);
      const { model, isStream = false } = kind;
      const key = kind.hasInventedKey === true ? createApiKey() : this.#plan.key;
      const text = toRequestText(key, toNumberedId(number), { model, stream: isStream });
      if (kind.leaves === true) {
        await leaveWhenBegun(this.#plan.port, text);
        continue;
      }
      if (!connection.isOpen) connection = new LoadConnection(this.#plan.port);
      await new Promise<void>((resolve) => connection.exchange(text, () => resolve()));
    }
    connection.close();
  }
}

function leaveWhenBegun(port: number, request: string): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.on("error", () => undefined);
    socket.once("data", () => socket.destroy());
    socket.once("close", () => resolve());
    socket.write(request);
  });
}

runProgram<MixedProgram>((plan, { ready }) => {
  ready(undefined);
  return new MixedClients(plan).run();
});
