/** Connections that are kept alive, each lent to one exchange at a time, the longest idle one first. */
import type { HttpConnection } from "./http-connection.ts";
import type { ResponseSink } from "./http-response-reader.ts";

type Connection = Pick<HttpConnection, "exchange">;

export class ConnectionPool {
  readonly #idle: Connection[];
  readonly #waiting: ((connection: Connection) => void)[] = [];

  constructor(connections: readonly Connection[]) {
    this.#idle = [...connections];
  }

  /** Waits until one is idle. @returns when the response is over, in whichever way; `sink` knows. */
  async exchange(request: Buffer, sink: ResponseSink): Promise<void> {
    const connection = this.#idle.shift() ?? (await this.#nextIdle());
    await connection.exchange(request, sink);
    const next = this.#waiting.shift();
    if (next === undefined) this.#idle.push(connection);
    else next(connection);
  }

  #nextIdle(): Promise<Connection> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}
