import { expect, test } from "vitest";
import { ConnectionPool } from "./connection-pool.ts";
import type { HttpConnection } from "./http-connection.ts";

const REQUEST = Buffer.from("");
const SINK = { head() {}, body() {}, end() {}, failed() {} };

/** Ends an exchange when told to. */
class FakeConnection implements Pick<HttpConnection, "exchange"> {
  exchanges = 0;
  end = (): void => undefined;

  exchange(): Promise<void> {
    this.exchanges++;
    return new Promise((resolve) => {
      this.end = resolve;
    });
  }
}

test("all connections are used in turn, and who finds none idle waits for the first", async () => {
  const connections = [new FakeConnection(), new FakeConnection()];
  const [first, second] = connections;
  const pool = new ConnectionPool(connections);
  const exchanges = [1, 2, 3].map(() => pool.exchange(REQUEST, SINK));
  expect(connections.map((each) => each.exchanges)).toEqual([1, 1]);
  second?.end();
  await exchanges[1];
  await Promise.resolve();
  expect(connections.map((each) => each.exchanges)).toEqual([1, 2]);
  first?.end();
  second?.end();
  await Promise.all(exchanges);
});
