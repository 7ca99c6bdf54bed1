/** A client over a bare socket: it sees every byte, and leaves in every way that there is. */
import { once } from "node:events";
import { Socket } from "node:net";
import { readAnswers } from "./http-answers.ts";
import type { HttpAnswer } from "./http-answers.ts";
import type { Callable } from "./gateway-rig.ts";

/** `fin`: closes both halves; `reset`: with RST; `half`: closes its own half and goes on reading. */
export const LEAVINGS = ["fin", "reset", "half"] as const;
export type Leaving = (typeof LEAVINGS)[number];

const LAST_CHUNK = Buffer.from("0\r\n\r\n");
/** Beyond this only an answer in chunks can be found to be whole. */
const READ_BYTES_MAX = 64 * 1024;

export class RawClient {
  readonly socket: Socket;
  readonly #received: Buffer[] = [];
  /** Settled when nothing more can come. */
  readonly closed: Promise<unknown>;

  constructor(socket: Socket) {
    this.socket = socket;
    this.closed = new Promise((resolve) => socket.once("close", resolve));
    // "close" follows and says the same.
    socket.on("error", () => undefined);
  }

  /** Reads from the start. */
  static async connect(rig: Pick<Callable, "gateway">): Promise<RawClient> {
    const client = await RawClient.connectDeaf(rig);
    client.socket.on("data", (bytes) => client.#received.push(bytes)).resume();
    return client;
  }

  /** Reads nothing: what is sent to it stays with the operating system. */
  static async connectDeaf({ gateway }: Pick<Callable, "gateway">): Promise<RawClient> {
    const socket = new Socket();
    // Before it is connected: afterwards Node would have read a first buffer.
    socket.pause();
    const client = new RawClient(socket);
    socket.connect(Number(new URL(gateway.baseUrl).port), "127.0.0.1");
    await once(socket, "connect");
    return client;
  }

  send(...parts: readonly string[]): this {
    this.socket.write(parts.join(""));
    return this;
  }

  /** All bytes so far. */
  get bytes(): Buffer {
    return Buffer.concat(this.#received);
  }

  get answers(): readonly HttpAnswer[] {
    return readAnswers(this.bytes);
  }

  /** The only answer, once the gateway has closed the connection or the answer is whole. */
  async answered(): Promise<HttpAnswer> {
    while (!this.socket.closed && !this.#isAnswered()) {
      await Promise.race([once(this.socket, "data"), this.closed]);
    }
    const [answer, ...more] = this.answers;
    if (answer === undefined || more.length > 0) {
      throw new Error(`${more.length} answers too many in ${this.bytes.toString()}`);
    }
    return answer;
  }

  /** A large answer is not read again and again while it arrives. */
  #isAnswered(): boolean {
    const isLarge = this.socket.bytesRead > READ_BYTES_MAX;
    if (isLarge && !this.#endsWithLastChunk()) return false;
    return this.answers.at(-1)?.isWhole === true;
  }

  #endsWithLastChunk(): boolean {
    const { length } = LAST_CHUNK;
    return Buffer.concat(this.#received.slice(-length)).subarray(-length).equals(LAST_CHUNK);
  }

  leave(how: Leaving): void {
    if (how === "half") this.socket.end();
    else if (how === "reset") this.socket.resetAndDestroy();
    else this.socket.destroy();
  }
}

export interface RawRequest {
  readonly head: string;
  readonly body: string;
}

/** A request to the chat endpoint, as it stands on the wire. */
export function toRawChat(
  { key }: Pick<Callable, "key">,
  fields: object,
  headers: Readonly<Record<string, string>> = {},
): RawRequest {
  const body = JSON.stringify(fields);
  const all = {
    host: "gateway.test",
    authorization: `Bearer ${key}`,
    "content-type": "application/json",
    "content-length": String(Buffer.byteLength(body)),
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return { head: `POST /v1/chat/completions HTTP/1.1\r\n${lines.join("")}\r\n`, body };
}

/** One request on a connection of its own. */
export async function sendChat(
  rig: Callable,
  fields: object,
  headers: Readonly<Record<string, string>> = {},
): Promise<RawClient> {
  const client = await RawClient.connect(rig);
  const { head, body } = toRawChat(rig, fields, headers);
  return client.send(head, body);
}
