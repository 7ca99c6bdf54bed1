/**
 * A client's connection over a bare socket: one exchange at a time, kept alive between them. Cheaper
 * than an HTTP client, because it shares its core with the mock.
 */
import { once } from "node:events";
import { connect } from "node:net";
import type { Socket } from "node:net";
import { HttpResponseReader } from "./http-response-reader.ts";
import type { ResponseSink } from "./http-response-reader.ts";
import { InvalidRun } from "./invalid-run.ts";

export interface Address {
  readonly host: string;
  readonly port: number;
}

export class HttpConnection {
  readonly #socket: Socket;
  readonly #reader = new HttpResponseReader();

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on("data", (bytes: Buffer) => this.#read(bytes));
    socket.on("error", (error) => this.#reader.fail(error.message));
    socket.on("close", () => this.#reader.fail("the connection was closed"));
  }

  /** @throws {InvalidRun} when nobody listens there. */
  static async open({ host, port }: Address): Promise<HttpConnection> {
    const socket = connect(port, host);
    try {
      await once(socket, "connect");
    } catch (cause) {
      throw new InvalidRun(`nobody answers at ${host}:${port}: ${String(cause)}`, { cause });
    }
    return new HttpConnection(socket);
  }

  /** @returns when the response is over, in whichever way; `sink` knows. */
  exchange(request: Buffer, sink: ResponseSink): Promise<void> {
    return new Promise((resolve) => {
      this.#reader.expect({
        head: (status) => sink.head(status),
        body: (bytes) => sink.body(bytes),
        end: () => {
          sink.end();
          resolve();
        },
        failed: (reason) => {
          sink.failed(reason);
          resolve();
        },
      });
      if (this.#socket.writable) this.#socket.write(request);
      else this.#reader.fail("the connection had been closed");
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #read(bytes: Buffer): void {
    try {
      this.#reader.push(bytes);
    } catch (error) {
      this.#reader.fail(String(error));
      this.#socket.destroy();
    }
  }
}

/** @param headers Added to those that every request has. */
export function encodeRequest(
  address: Address,
  path: string,
  headers: Readonly<Record<string, string>>,
  body: string,
): Buffer {
  const all = {
    host: `${address.host}:${address.port}`,
    "content-type": "application/json",
    ...headers,
    "content-length": String(Buffer.byteLength(body)),
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`POST ${path} HTTP/1.1\r\n${lines.join("")}\r\n${body}`);
}
