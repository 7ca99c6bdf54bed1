/**
 * The client's side of one request over Node's HTTP server.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import type {
  ClientListener,
  ClientRequest,
  ClientResponse,
  ResponseHeaders,
} from "@slipstream/contracts/client";
import type { EndpointName } from "@slipstream/contracts/endpoint";
import { readBody } from "./read-body.ts";
import { readTrace } from "./read-trace.ts";
import { toRequestId } from "./request-id.ts";

export class HttpRequest implements ClientRequest {
  readonly requestId: string;
  readonly endpoint: EndpointName;
  readonly #message: IncomingMessage;

  constructor(message: IncomingMessage, endpoint: EndpointName) {
    this.#message = message;
    this.endpoint = endpoint;
    this.requestId = toRequestId(message.headers["x-request-id"]);
  }

  get authorization(): string | undefined {
    return this.#message.headers.authorization;
  }

  get contentType(): string | undefined {
    return this.#message.headers["content-type"];
  }

  get trace(): Readonly<Record<string, string>> {
    return readTrace(this.#message.headers);
  }

  readBody(bytesMax: number): Promise<Buffer> {
    return readBody(this.#message, bytesMax);
  }
}

export class HttpResponse implements ClientResponse {
  readonly #response: ServerResponse;
  readonly #headers: ResponseHeaders;

  /** @param headers Of every response to this request. */
  constructor(response: ServerResponse, headers: ResponseHeaders) {
    this.#response = response;
    this.#headers = headers;
  }

  listen(listener: ClientListener): void {
    const response = this.#response;
    if (response.destroyed) {
      queueMicrotask(() => listener.closed(false));
      return;
    }
    response.on("drain", () => listener.drained());
    // Follows "finish" too, and is the only event that a client's leaving is sure to cause.
    response.once("close", () => listener.closed(response.writableFinished));
  }

  start(status: number, headers: ResponseHeaders): void {
    this.#response.writeHead(status, { ...headers, ...this.#headers });
  }

  write(frame: Uint8Array): boolean {
    return this.#response.write(frame);
  }

  end(): void {
    this.#response.end();
  }

  send(status: number, headers: ResponseHeaders, body: Uint8Array): void {
    this.start(status, { ...headers, "content-length": String(body.byteLength) });
    this.#response.end(body);
  }

  /** Without the last chunk of the chunked encoding: no client takes that for a good end. */
  cut(): void {
    this.#response.socket?.destroySoon();
  }

  destroy(): void {
    this.#response.destroy();
  }

  get pendingBytes(): number {
    return this.#response.writableLength;
  }
}
