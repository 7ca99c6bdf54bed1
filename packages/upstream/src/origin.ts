/**
 * Where connections go: opens sockets to one origin, plain or with TLS.
 *
 * Sockets read into one buffer that all of them share (`onread`): a read costs no allocation of 64 KiB, and
 * nothing is read ahead of a stream that is held back.
 */
import { connect, isIP } from "node:net";
import type { LookupFunction, Socket } from "node:net";
import { connect as connectTls } from "node:tls";

/** What the kernel hands over at once, at most; Node's own size. */
const READ_BYTES_MAX = 64 * 1024;
/** From when on the kernel asks a silent peer whether it is there, ms. */
const KEEP_ALIVE_DELAY_MS = 60_000;

const readBuffer = Buffer.alloc(READ_BYTES_MAX);

export interface SocketListener {
  opened(): void;
  /** Bytes that nobody else writes to. @returns false to stop reading until `resume`. */
  read(bytes: Buffer): boolean;
}

export class Origin {
  readonly #host: string;
  readonly #port: number;
  readonly #isTls: boolean;
  readonly #lookup: LookupFunction;
  /** Lets the next TLS handshake take fewer round trips. */
  #tlsSession: Buffer | undefined;

  /** @param lookup Finds the addresses of its name; not asked where the host is an address. */
  constructor(url: URL, lookup: LookupFunction) {
    // An IPv6 address stands in brackets there.
    this.#host = url.hostname.replace(/^\[|\]$/g, "");
    this.#isTls = url.protocol === "https:";
    this.#port = url.port === "" ? (this.#isTls ? 443 : 80) : Number(url.port);
    this.#lookup = lookup;
  }

  connect(listener: SocketListener): Socket {
    const options = {
      host: this.#host,
      port: this.#port,
      lookup: this.#lookup,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: KEEP_ALIVE_DELAY_MS,
      onread: {
        buffer: readBuffer,
        callback: (bytes: number) => listener.read(Buffer.from(readBuffer.subarray(0, bytes))),
      },
    };
    if (!this.#isTls) return connect(options).once("connect", () => listener.opened());
    const socket = connectTls({
      ...options,
      // A name: TLS knows no server name that is an address.
      servername: isIP(this.#host) === 0 ? this.#host : "",
      ALPNProtocols: ["http/1.1"],
      session: this.#tlsSession,
    });
    socket.on("session", (session: Buffer) => (this.#tlsSession = session));
    return socket.once("secureConnect", () => listener.opened());
  }
}
