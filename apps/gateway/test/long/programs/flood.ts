/** Clients that mean harm, or have gone wrong. */
import { connect } from "node:net";
import type { Socket } from "node:net";
import { createApiKey } from "@slipstream/auth/api-key";
import type { FloodPlan, FloodProgram, FloodResult } from "../flood-plan.ts";
import { LoadConnection } from "../load-connection.ts";
import { toNumberedId, toRequestText } from "../numbered-requests.ts";
import { runProgram, untilAborted } from "../run-program.ts";

/** Before a connection that was refused or lost is opened again, ms. */
const AGAIN_MS = 20;

class Flood {
  readonly #plan: FloodPlan;
  readonly #statuses: Record<string, number> = {};
  #opened = 0;

  constructor(plan: FloodPlan) {
    this.#plan = plan;
  }

  begin(): void {
    const plan = this.#plan;
    switch (plan.type) {
      case "invented_keys":
        return repeat(plan.connections, () => this.#askAgain(toModelsRequest));
      case "probes":
        return repeat(plan.connections, () => this.#askAgain(() => toGet("/readyz")));
      case "pipelined_keys":
        return repeat(plan.connections, () => this.#pipeline(plan.depth));
      case "deaf_scrapers":
        return repeat(plan.connections, () => this.#scrape(plan.depth));
      case "requests":
        return repeat(plan.parallel, () => this.#request(toStreamRequest(plan)));
    }
  }

  get result(): FloodResult {
    return { statuses: this.#statuses, opened: this.#opened };
  }

  /** A closed loop on one connection. */
  #askAgain(toRequest: () => string): void {
    this.#opened++;
    const connection = new LoadConnection(this.#plan.port);
    const ask = (): void =>
      connection.exchange(toRequest(), (answer) => {
        this.#count(String(answer?.status));
        if (connection.isOpen) ask();
        else setTimeout(() => this.#askAgain(toRequest), AGAIN_MS);
      });
    ask();
  }

  #pipeline(depth: number): void {
    const socket = this.#open(() => this.#pipeline(depth));
    const batch = (): string => Array.from({ length: depth }, toModelsRequest).join("");
    let answered = 0;
    socket.on("data", (bytes: Buffer) => {
      const statuses = bytes.toString("latin1").match(/HTTP\/1\.1 \d{3}/g) ?? [];
      for (const status of statuses) this.#count(status.slice(-3));
      answered += statuses.length;
      // A status line that is cut in two is not counted: the last batches overlap by one.
      if (answered < depth - 1) return;
      answered = 0;
      socket.write(batch());
    });
    socket.write(batch());
  }

  #scrape(depth: number): void {
    const socket = this.#open(() => this.#scrape(depth));
    socket.pause();
    socket.write(toGet("/metrics").repeat(depth));
  }

  #request(request: string): void {
    const socket = this.#open(() => this.#request(request));
    socket.once("data", (bytes: Buffer) => this.#count(bytes.toString("latin1", 9, 12)));
    socket.resume();
    socket.write(request);
  }

  #open(again: () => void): Socket {
    this.#opened++;
    const socket = connect(this.#plan.port, "127.0.0.1");
    socket.on("error", () => undefined);
    socket.once("close", () => setTimeout(again, AGAIN_MS));
    return socket;
  }

  #count(status: string): void {
    this.#statuses[status] = (this.#statuses[status] ?? 0) + 1;
  }
}

function repeat(times: number, begin: () => void): void {
  for (let time = 0; time < times; time++) begin();
}

function toModelsRequest(): string {
  return toGet("/v1/models", `authorization: Bearer ${createApiKey()}\r\n`);
}

function toGet(path: string, more = ""): string {
  return `GET ${path} HTTP/1.1\r\nhost: gateway.test\r\n${more}\r\n`;
}

function toStreamRequest(plan: Extract<FloodPlan, { type: "requests" }>): string {
  const { key, model, isStream } = plan;
  const text = toRequestText(key, toNumberedId(0), { model, stream: isStream });
  return text.replace("\r\n\r\n", "\r\nconnection: close\r\n\r\n");
}

runProgram<FloodProgram>(async (plan, { signal, ready }) => {
  const flood = new Flood(plan);
  flood.begin();
  ready(undefined);
  await untilAborted(signal);
  return flood.result;
});
