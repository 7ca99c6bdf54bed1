/**
 * The connections to one origin.
 *
 * A connection that was kept carries the next request at the end of a turn of the event loop that began after
 * its answer had ended: bytes, FIN or RST that wait in the kernel are read first, and cost the connection.
 * HTTP/1.1 cannot tell an answer that comes too late from the answer to the next request; what is left is the
 * moment in which both cross.
 */
import { GatewayError } from "@slipstream/contracts/errors";
import { ClosedError } from "./closed-error.ts";
import { Connection } from "./connection.ts";
import type { ConnectionOwner, Passenger } from "./connection.ts";
import { countTurns } from "./loop-turns.ts";
import type { Origin } from "./origin.ts";

/** Each carries one exchange: a bound on sockets, not on the fleet. */
const CONNECTIONS_MAX = 4096;
/** Who has to wait for one of them. A quarter more than are served at once: who comes later would wait too long. */
const WAITING_MAX = 1024;
/** What a refused client should wait, in seconds. */
const RETRY_AFTER_SECONDS = 1;

export interface PoolBounds {
  readonly connectionsMax: number;
  readonly waitingMax: number;
}

const BOUNDS: PoolBounds = { connectionsMax: CONNECTIONS_MAX, waitingMax: WAITING_MAX };

export class ConnectionPool implements ConnectionOwner {
  readonly #origin: Origin;
  readonly #connections: Set<Connection> = new Set();
  /** Freed in the turn of the event loop that is counted here, or in earlier ones. */
  readonly #resting: Connection[] = [];
  #restingTurn = 0;
  /** The one that was used last is used first, so that those too many grow old. */
  readonly #idle: Connection[] = [];
  /** Who waits for the turn of the event loop or for a connection, in the order in which they came. */
  readonly #line: Set<Passenger> = new Set();
  readonly #bounds: PoolBounds;
  #isBoardingDue = false;
  #closed: PromiseWithResolvers<void> | undefined;

  constructor(origin: Origin, bounds: PoolBounds = BOUNDS) {
    this.#origin = origin;
    this.#bounds = bounds;
  }

  /** Connections that are open or being opened. */
  get size(): number {
    return this.#connections.size;
  }

  /** Puts it on a connection that is idle or new, or when there is none, on the next that is free. */
  admit(passenger: Passenger): void {
    if (this.#kept > this.#line.size) this.#lineUp(passenger);
    else this.admitToNew(passenger);
  }

  /** As `admit`, but on none that is idle, if there may be another. */
  admitToNew(passenger: Passenger): void {
    // Who is in line before it and will need a new one too.
    const waiting = Math.max(0, this.#line.size - this.#kept);
    const { connectionsMax, waitingMax } = this.#bounds;
    if (this.#closed !== undefined) refuse(passenger, new ClosedError());
    else if (this.#connections.size + waiting < connectionsMax) this.#open(passenger);
    else if (waiting < waitingMax) this.#lineUp(passenger);
    else refuse(passenger, tooManyWait());
  }

  /** It waits no longer. */
  leave(passenger: Passenger): void {
    this.#line.delete(passenger);
  }

  freed(connection: Connection): void {
    if (this.#closed !== undefined) return connection.destroy();
    const turn = countTurns();
    this.#endRest(turn);
    this.#resting.push(connection);
    this.#restingTurn = turn;
    if (this.#line.size > 0) this.#scheduleBoarding();
  }

  /** Those whose sockets have been looked at since are idle. */
  #endRest(turn: number): void {
    if (turn === this.#restingTurn) return;
    for (const connection of this.#resting.splice(0)) {
      if (connection.isOpen) this.#idle.push(connection);
    }
  }

  closed(connection: Connection): void {
    this.#connections.delete(connection);
    const index = this.#idle.indexOf(connection);
    if (index !== -1) this.#idle.splice(index, 1);
    if (this.#line.size > 0) this.#scheduleBoarding();
    else if (this.#connections.size === 0) this.#closed?.resolve();
  }

  #lineUp(passenger: Passenger): void {
    this.#line.add(passenger);
    this.#scheduleBoarding();
  }

  #scheduleBoarding(): void {
    if (this.#isBoardingDue) return;
    this.#isBoardingDue = true;
    setImmediate(this.#board);
  }

  /** At the end of a turn: all that the kernel had when it began has been read. */
  readonly #board = (): void => {
    this.#isBoardingDue = false;
    this.#endRest(countTurns());
    // Each is for one of the line, in the next turn.
    let resting = this.#resting.length;
    for (const passenger of this.#line) {
      if (this.#carry(passenger) || resting-- > 0) continue;
      if (this.#connections.size >= this.#bounds.connectionsMax) break;
      this.#line.delete(passenger);
      this.#open(passenger);
    }
    if (this.#line.size > 0 && this.#kept > 0) this.#scheduleBoarding();
  };

  /** Connections that wait for a request. */
  get #kept(): number {
    return this.#idle.length + this.#resting.length;
  }

  /** @returns whether there was an idle connection for it. */
  #carry(passenger: Passenger): boolean {
    const idle = this.#takeIdle();
    if (idle === undefined) return false;
    this.#line.delete(passenger);
    idle.carry(passenger);
    return true;
  }

  #takeIdle(): Connection | undefined {
    for (;;) {
      const idle = this.#idle.pop();
      // Those that have just been closed are still among them.
      if (idle === undefined || idle.isOpen) return idle;
    }
  }

  #open(passenger: Passenger): void {
    const connection = new Connection(this.#origin, this, passenger);
    this.#connections.add(connection);
    connection.assign();
  }

  /** Ends what is idle or not open yet. @returns when what runs has ended too. */
  async close(): Promise<void> {
    this.#closed ??= Promise.withResolvers();
    const unused = [...this.#idle.splice(0), ...this.#resting.splice(0)];
    for (const connection of unused) connection.destroy();
    for (const connection of this.#connections) connection.giveUpOpening();
    for (const passenger of this.#line) passenger.lost(new ClosedError());
    this.#line.clear();
    if (this.#connections.size === 0) this.#closed.resolve();
    await this.#closed.promise;
  }
}

/** It is told later, as the caller does not expect it yet. */
function refuse(passenger: Passenger, error: Error): void {
  queueMicrotask(() => passenger.lost(error));
}

function tooManyWait(): GatewayError {
  const headers = { "retry-after": String(RETRY_AFTER_SECONDS) };
  return new GatewayError("overloaded", "The gateway is overloaded.", { headers });
}
