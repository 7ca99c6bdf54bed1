/**
 * Port: the client's side of one request. Implemented over Node's HTTP server; faked in tests.
 */
import type { EndpointName } from "./endpoint.ts";

export interface ClientRequest {
  /** A UUID: the client's own `x-request-id` when it is one, else made by us. */
  readonly requestId: string;
  readonly endpoint: EndpointName;
  /** `authorization` as sent. */
  readonly authorization: string | undefined;
  /** `content-type` as sent. */
  readonly contentType: string | undefined;
  /** `traceparent` and `tracestate`, as far as they are valid W3C trace context. */
  readonly trace: Readonly<Record<string, string>>;
  /**
   * Reads the whole body. Call once.
   *
   * @throws {GatewayError} `body_too_large`, `body_timeout`, or `invalid_http` when it was cut short.
   */
  readBody(bytesMax: number): Promise<Buffer>;
  /** Length of the body as the client announced it, bytes; `undefined` when it did not. */
  readonly announcedBytes: number | undefined;
  /**
   * The body as it arrives, at the pace of its reader: while nobody asks, the client is held back. Call
   * once, in place of `readBody`, and end the iteration: what has not been read is then thrown away as it
   * arrives, so that an answer reaches a client that is still sending.
   *
   * @throws {GatewayError} `invalid_http` when it was cut short.
   */
  readFrames(): AsyncGenerator<Buffer, void>;
}

/** Response headers by lower-case name. */
export type ResponseHeaders = Readonly<Record<string, string>>;

/** Told what happens to the client's connection. */
export interface ClientListener {
  /** What was held back has gone out; writing may go on. */
  drained(): void;
  /**
   * The response is over: `finished` when every byte was handed to the operating system after
   * `end`, otherwise the client is gone. Called once, also when the client leaves before a byte was
   * sent.
   */
  closed(finished: boolean): void;
}

export interface ClientResponse {
  /** Registers the one listener. If the client is gone already, `closed(false)` follows at once. */
  listen(listener: ClientListener): void;
  /** Status line and headers; they leave with the first bytes of the body. */
  start(status: number, headers: ResponseHeaders): void;
  /**
   * Hot.
   *
   * @param frame Not empty.
   * @returns false when the client reads slower than we write: wait for `drained`.
   */
  write(frame: Uint8Array): boolean;
  /** Ends a body that was started, in the way that says "complete". */
  end(): void;
  /** A whole response at once, with its length. */
  send(status: number, headers: ResponseHeaders, body: Uint8Array): void;
  /**
   * Closes the connection in the way that says "incomplete", after what was written has gone out.
   *
   * @param lastWords Written before; the client then has a moment to read them, because for many a client
   *   a body that breaks is an error that takes along whatever it has not read yet. Not empty.
   */
  cut(lastWords?: Uint8Array): void;
  /** Closes the connection at once. */
  destroy(): void;
  /** Bytes that were written and that the operating system has not taken yet. */
  readonly pendingBytes: number;
}
