/** The connections to one origin. */
import { ClosedError } from "./closed-error.ts";
import { Connection } from "./connection.ts";
import type { ConnectionOwner, Passenger } from "./connection.ts";
import type { Origin } from "./origin.ts";

/** Each carries one exchange: a bound on sockets, not on the fleet. */
const CONNECTIONS_MAX = 4096;

export class ConnectionPool implements ConnectionOwner {
  readonly #origin: Origin;
  readonly #connections: Set<Connection> = new Set();
  /** The one that was used last is used first, so that those too many grow old. */
  readonly #idle: Connection[] = [];
  /** In the order in which they came. */
  readonly #waiting: Set<Passenger> = new Set();
  readonly #connectionsMax: number;
  #closed: PromiseWithResolvers<void> | undefined;

  constructor(origin: Origin, connectionsMax: number = CONNECTIONS_MAX) {
    this.#origin = origin;
    this.#connectionsMax = connectionsMax;
  }

  /** Connections that are open or being opened. */
  get size(): number {
    return this.#connections.size;
  }

  /** Puts it on a connection, at once or when there is one. */
  admit(passenger: Passenger): void {
    for (;;) {
      const idle = this.#idle.pop();
      if (idle === undefined) return this.admitToNew(passenger);
      // Those that have just been closed are still among them.
      if (idle.isOpen) return idle.carry(passenger);
    }
  }

  /** As `admit`, but on none that is idle. */
  admitToNew(passenger: Passenger): void {
    if (this.#closed !== undefined) {
      queueMicrotask(() => passenger.lost(new ClosedError()));
    } else if (this.#connections.size >= this.#connectionsMax) {
      this.#waiting.add(passenger);
    } else {
      const connection = new Connection(this.#origin, this, passenger);
      this.#connections.add(connection);
      passenger.assigned(connection);
    }
  }

  /** It waits no longer. */
  leave(passenger: Passenger): void {
    this.#waiting.delete(passenger);
  }

  freed(connection: Connection): void {
    const next = this.#takeWaiting();
    if (next !== undefined) connection.carry(next);
    else if (this.#closed === undefined) this.#idle.push(connection);
    else connection.destroy();
  }

  closed(connection: Connection): void {
    this.#connections.delete(connection);
    const index = this.#idle.indexOf(connection);
    if (index !== -1) this.#idle.splice(index, 1);
    const next = this.#takeWaiting();
    if (next !== undefined) this.admitToNew(next);
    else if (this.#connections.size === 0) this.#closed?.resolve();
  }

  /** Ends what is idle or not open yet. @returns when what runs has ended too. */
  async close(): Promise<void> {
    this.#closed ??= Promise.withResolvers();
    for (const connection of this.#idle.splice(0)) connection.destroy();
    for (const connection of this.#connections) connection.giveUpOpening();
    for (const passenger of this.#waiting) passenger.lost(new ClosedError());
    this.#waiting.clear();
    if (this.#connections.size === 0) this.#closed.resolve();
    await this.#closed.promise;
  }

  #takeWaiting(): Passenger | undefined {
    const [next] = this.#waiting;
    if (next !== undefined) this.#waiting.delete(next);
    return next;
  }
}
