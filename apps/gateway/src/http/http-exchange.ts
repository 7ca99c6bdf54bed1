/**
 * The client's side of one request over Node's HTTP server.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type {
  ClientListener,
  ClientRequest,
  ClientResponse,
  ResponseHeaders,
} from "@slipstream/contracts/client";
import type { EndpointName } from "@slipstream/contracts/endpoint";
import { toChunk } from "./chunk-framing.ts";
import { closedOrRead, linger } from "./linger.ts";
import { readBody } from "./read-body.ts";
import { readFrames } from "./read-frames.ts";
import { readTrace } from "./read-trace.ts";
import { toRequestId } from "./request-id.ts";

/**
 * Up to here a body goes out as text of one character per byte: Node joins that with the head and writes both
 * at once, which costs less than a gathered write.
 */
const JOINED_BYTES_MAX = 16 * 1024;

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

  get announcedBytes(): number | undefined {
    const announced = this.#message.headers["content-length"];
    return announced === undefined ? undefined : Number(announced);
  }

  readFrames(): AsyncGenerator<Buffer, void> {
    return readFrames(this.#message);
  }
}

export class HttpResponse implements ClientResponse {
  readonly #response: ServerResponse;
  readonly #headers: ResponseHeaders;
  #listener: ClientListener | undefined;
  /** Where chunks are written straight to, once the headers are out. */
  #chunkSocket: Socket | undefined;
  #awaitsDrain = false;
  #hasLength = false;

  /** @param headers Of every response to this request. */
  constructor(response: ServerResponse, headers: ResponseHeaders) {
    this.#response = response;
    this.#headers = headers;
    response.on("finish", () => {
      if (!response.req.complete) void linger(response.req);
    });
  }

  listen(listener: ClientListener): void {
    this.#listener = listener;
    const response = this.#response;
    if (response.destroyed) {
      queueMicrotask(() => listener.closed(false));
      return;
    }
    response.on("drain", () => listener.drained());
    // Follows "finish" too, and is the only event that a client's leaving is sure to cause.
    response.on("close", () => listener.closed(response.writableFinished));
  }

  start(status: number, headers: ResponseHeaders): void {
    this.#hasLength = "content-length" in headers;
    this.#response.writeHead(status, { ...headers, ...this.#headers });
  }

  /** Hot. */
  write(frame: Uint8Array): boolean {
    if (this.#chunkSocket !== undefined) return this.#writeChunk(this.#chunkSocket, frame);
    const keepsUp = this.#response.write(frame);
    // The headers went before it. From here until `end` nobody else writes to this socket.
    if (this.#response.chunkedEncoding) this.#chunkSocket = this.#response.socket ?? undefined;
    return keepsUp;
  }

  /** One piece in one write; Node's own way is three in a gathered one, for which it also waits a turn. */
  #writeChunk(socket: Socket, frame: Uint8Array): boolean {
    const keepsUp = socket.write(toChunk(frame));
    if (!keepsUp && !this.#awaitsDrain) {
      this.#awaitsDrain = true;
      socket.once("drain", () => {
        this.#awaitsDrain = false;
        this.#listener?.drained();
      });
    }
    return keepsUp;
  }

  end(): void {
    this.#response.end();
  }

  send(status: number, headers: ResponseHeaders, body: Uint8Array): void {
    this.start(status, { ...headers, "content-length": String(body.byteLength) });
    if (body.byteLength > JOINED_BYTES_MAX) {
      this.#response.end(body);
      return;
    }
    const { buffer, byteOffset, byteLength } = body;
    this.#response.end(Buffer.from(buffer, byteOffset, byteLength).toString("latin1"), "latin1");
  }

  cut(lastWords?: Uint8Array): void {
    if (lastWords === undefined) {
      this.#cutNow();
      return;
    }
    const written = (): void => void this.#cutWhenRead();
    if (this.#chunkSocket === undefined) this.#response.write(lastWords, written);
    else this.#chunkSocket.write(toChunk(lastWords), written);
  }

  async #cutWhenRead(): Promise<void> {
    await closedOrRead(this.#response);
    this.#cutNow();
  }

  /** Without the last chunk of the chunked encoding: no client takes that for a good end. */
  #cutNow(): void {
    const { socket } = this.#response;
    // Without chunks and without a length (HTTP/1.0) a proper close would be a good end.
    if (!this.#hasLength && !this.#response.chunkedEncoding) {
      socket?.resetAndDestroy();
      return;
    }
    if (socket !== null) socket.destroySoon();
    // Its turn has not come yet: an earlier request of the same connection is still being answered.
    else this.#response.once("socket", (own: Socket) => setImmediate(() => own.destroySoon()));
  }

  destroy(): void {
    this.#response.destroy();
  }

  /**
   * Node counts a write until all of it has left, libuv what is left of it: together they fall with every
   * byte that a slow client takes.
   */
  get pendingBytes(): number {
    const { socket, writableLength } = this.#response;
    // Most streams, most of the time: asking libuv takes longer than all else that a sweep does.
    if (writableLength === 0 || socket === null) return writableLength;
    return writableLength + readQueueSize(socket);
  }
}

/** Not documented, but as old as Node: 0 where there is none, as with TLS. */
function readQueueSize(socket: Socket): number {
  const handle: unknown = Reflect.get(socket, "_handle");
  if (typeof handle !== "object" || handle === null) return 0;
  const size: unknown = Reflect.get(handle, "writeQueueSize");
  return typeof size === "number" ? size : 0;
}
