import type {
  ClientListener,
  ClientRequest,
  ClientResponse,
  ResponseHeaders,
} from "@slipstream/contracts/client";
import type { EndpointName } from "@slipstream/contracts/endpoint";

/** How the response was brought to an end by us or by the client. */
export type FakeClientEnd = "none" | "ended" | "cut" | "left";

/**
 * A client in memory: keeps what it was sent and reports that it has gone out, like a fast reader.
 * `leave` makes it hang up.
 */
export class FakeClient implements ClientResponse {
  status: number | undefined;
  headers: ResponseHeaders = {};
  ending: FakeClientEnd = "none";
  /** What `write` says: false for a client that reads too slowly. */
  keepsUp = true;
  #frames: Uint8Array[] = [];
  #listener: ClientListener | undefined;

  listen(listener: ClientListener): void {
    this.#listener = listener;
    if (this.ending === "left") listener.closed(false);
  }

  start(status: number, headers: ResponseHeaders): void {
    if (this.status !== undefined) throw new Error("a second status line");
    this.status = status;
    this.headers = headers;
  }

  write(frame: Uint8Array): boolean {
    if (this.status === undefined) throw new Error("a body without a status line");
    if (frame.length === 0) throw new Error("an empty frame");
    if (this.ending === "none") this.#frames.push(frame);
    return this.keepsUp;
  }

  end(): void {
    this.#close("ended", true);
  }

  send(status: number, headers: ResponseHeaders, body: Uint8Array): void {
    this.start(status, headers);
    if (body.length > 0) this.write(body);
    this.end();
  }

  cut(lastWords?: Uint8Array): void {
    if (lastWords !== undefined) this.write(lastWords);
    this.#close("cut", false);
  }

  destroy(): void {
    this.#close("cut", false);
  }

  /** What a client that is not keeping up has not taken. */
  pendingBytes = 0;

  leave(): void {
    this.#close("left", false);
  }

  drain(): void {
    this.#listener?.drained();
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#frames);
  }

  get text(): string {
    return this.bytes.toString("utf8");
  }

  #close(end: FakeClientEnd, finished: boolean): void {
    if (this.ending !== "none") return;
    this.ending = end;
    this.#listener?.closed(finished);
  }
}

export interface FakeRequestOptions {
  readonly endpoint?: EndpointName;
  readonly authorization?: string | undefined;
  readonly contentType?: string | undefined;
  /** The body, or what reading it throws. */
  readonly body?: Buffer | Error;
  /** When the body has come; at once if it is left out. */
  readonly arrived?: Promise<unknown>;
  /** `traceparent` and `tracestate`. */
  readonly trace?: Readonly<Record<string, string>>;
  /** The body as it arrives, in place of `body`; an error in it is thrown. */
  readonly frames?: Iterable<Buffer | Error> | AsyncIterable<Buffer | Error>;
  readonly announcedBytes?: number | undefined;
}

export function createFakeRequest(options: FakeRequestOptions = {}): ClientRequest {
  const { body = Buffer.alloc(0), frames = [body] } = options;
  return {
    requestId: "00000000-0000-4000-8000-000000000000",
    endpoint: options.endpoint ?? "chat_completions",
    authorization: options.authorization,
    trace: options.trace ?? {},
    contentType: options.contentType ?? "application/json",
    announcedBytes: options.announcedBytes,
    readBody: async () => {
      await options.arrived;
      if (body instanceof Error) throw body;
      return body;
    },
    readFrames: () => readFrames(frames),
  };
}

async function* readFrames(
  frames: Iterable<Buffer | Error> | AsyncIterable<Buffer | Error>,
): AsyncGenerator<Buffer, void> {
  for await (const frame of frames) {
    if (frame instanceof Error) throw frame;
    yield frame;
  }
}
