/**
 * Decompresses answers. We ask for none to be compressed, but some servers and the proxies in front of
 * them do it all the same. Answers that are not compressed pass by untouched.
 */
import type { Transform } from "node:stream";
import {
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createZstdDecompress,
} from "node:zlib";
import { GatewayError, toGatewayError } from "@slipstream/contracts/errors";
import type {
  BodySink,
  Upstream,
  UpstreamExchange,
  UpstreamHead,
  UpstreamSink,
} from "@slipstream/contracts/upstream";

const DECODERS: ReadonlyMap<string, () => Transform> = new Map<string, () => Transform>([
  ["gzip", createGunzip],
  ["x-gzip", createGunzip],
  ["deflate", createInflate],
  ["br", createBrotliDecompress],
  ["zstd", createZstdDecompress],
]);

export function createDecodingUpstream(upstream: Upstream): Upstream {
  return {
    send(request, sink) {
      const decoding = new DecodingExchange(sink);
      decoding.start(upstream.send(request, decoding));
      return decoding;
    },
    get connections() {
      return upstream.connections;
    },
    close: () => upstream.close(),
  };
}

/** Stands between an exchange and its sink; steps aside when there is nothing to decode. */
class DecodingExchange implements UpstreamExchange, UpstreamSink {
  readonly #sink: UpstreamSink;
  #exchange: UpstreamExchange | undefined;
  #decoder: Transform | undefined;

  constructor(sink: UpstreamSink) {
    this.#sink = sink;
  }

  start(exchange: UpstreamExchange): void {
    this.#exchange = exchange;
  }

  pause(): void {
    this.#exchange?.pause();
    this.#decoder?.pause();
  }

  resume(): void {
    this.#decoder?.resume();
    this.#exchange?.resume();
  }

  abort(): void {
    // A destroyed stream tells nothing more.
    this.#decoder?.destroy();
    this.#exchange?.abort();
  }

  keep(): void {
    this.#decoder?.destroy();
    this.#exchange?.keep();
  }

  opening(): void {
    this.#sink.opening();
  }

  sent(): void {
    this.#sink.sent();
  }

  sentAgain(): void {
    this.#sink.sentAgain();
  }

  head(head: UpstreamHead): BodySink {
    const encoding = head.headers["content-encoding"];
    if (encoding === undefined || encoding.toLowerCase() === "identity") {
      return this.#sink.head(head);
    }
    // The length that was announced is that of the compressed bytes.
    const { "content-encoding": _encoding, "content-length": _length, ...headers } = head.headers;
    const body = this.#sink.head({ status: head.status, headers });
    const createDecoder = DECODERS.get(encoding.trim().toLowerCase());
    if (createDecoder === undefined) return this.#refuse(body);
    this.#decoder = createDecoder();
    return this.#decode(this.#decoder, body);
  }

  /** Of an encoding that we do not know. */
  #refuse(body: BodySink): BodySink {
    this.#exchange?.abort();
    queueMicrotask(() => body.failed(toDecodingError()));
    return body;
  }

  failed(error: GatewayError): void {
    this.#sink.failed(error);
  }

  #decode(decoder: Transform, sink: BodySink): BodySink {
    const fail = (error: GatewayError): void => {
      this.abort();
      sink.failed(error);
    };
    decoder.on("data", (frame: Buffer) => {
      try {
        sink.frame(frame);
      } catch (error) {
        fail(toGatewayError(error));
      }
    });
    decoder.on("drain", () => this.#exchange?.resume());
    decoder.once("end", () => {
      try {
        sink.end();
      } catch (error) {
        fail(toGatewayError(error));
      }
    });
    decoder.once("error", (cause) => fail(toDecodingError(cause)));
    return {
      frame: (frame) => {
        if (!decoder.write(frame)) this.#exchange?.pause();
      },
      end: () => decoder.end(),
      failed: (error) => {
        decoder.destroy();
        sink.failed(error);
      },
    };
  }
}

function toDecodingError(cause?: unknown): GatewayError {
  const message = "The model's answer is compressed in a way that cannot be read.";
  return new GatewayError("upstream_invalid_response", message, { cause });
}
