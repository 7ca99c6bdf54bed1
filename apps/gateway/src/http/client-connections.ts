/** The connections of clients, and which of them are too many. */
import type { Server, Socket } from "node:net";

/** Connections beyond the bound that still get an answer, which is a refusal; others are closed unread. */
const SURPLUS_MAX = 1000;

export class ClientConnections {
  readonly max: number;
  readonly #surplus = new WeakSet<Socket>();
  #count = 0;

  constructor(max: number) {
    this.max = max;
  }

  get count(): number {
    return this.#count;
  }

  watch(server: Server): void {
    server.maxConnections = this.max + SURPLUS_MAX;
    server.on("connection", (socket) => {
      this.#count++;
      if (this.#count > this.max) this.#surplus.add(socket);
      socket.once("close", () => this.#count--);
    });
  }

  /** Whether it came when there were enough. */
  isSurplus(socket: Socket): boolean {
    return this.#surplus.has(socket);
  }
}
