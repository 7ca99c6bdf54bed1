/** One exchange with the mock, through fetch or over a bare socket. */
import { connect } from "node:net";
import type { Socket } from "node:net";
import type { MockUpstream } from "../src/mock-server.ts";

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** Posts a streaming chat request unless `body` or `path` says otherwise. */
export async function post(
  mock: MockUpstream,
  model: string,
  { path = "/chat/completions", body = {}, headers = {} }: PostOptions = {},
): Promise<Answer> {
  const response = await fetch(mock.url + path, {
    method: "POST",
    headers,
    body: JSON.stringify({ model, stream: true, ...body }),
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

export interface PostOptions {
  readonly path?: string;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What a test reads of chunks and of whole answers. */
export interface Completion {
  readonly id: string;
  readonly object: string;
  readonly model: string;
  readonly choices: readonly Choice[];
  readonly usage?: Usage | null;
}

interface Choice {
  readonly index: number;
  readonly delta: Message;
  readonly message: Message;
  readonly text: string;
  readonly finish_reason: string | null;
}

interface Message {
  readonly role?: string;
  readonly content?: string | null;
  readonly reasoning_content?: string;
  readonly tool_calls?: readonly ToolCall[];
}

interface ToolCall {
  readonly index: number;
  readonly id?: string;
  readonly function: { readonly name?: string; readonly arguments: string };
}

interface Usage {
  readonly prompt_tokens: unknown;
  readonly completion_tokens: unknown;
  readonly total_tokens: unknown;
  readonly prompt_tokens_details: { readonly cached_tokens: unknown };
  readonly completion_tokens_details: { readonly reasoning_tokens: unknown };
}

/** Data of the events of a stream in the mock's plainest form. */
export function toData(text: string): string[] {
  return text
    .split("\n\n")
    .filter((event) => event.startsWith("data: "))
    .map((event) => event.slice("data: ".length));
}

export function toChunks(text: string): Completion[] {
  return toData(text)
    .filter((data) => data !== "[DONE]")
    .map((data) => JSON.parse(data) as Completion);
}

/** Content of all chunks of one choice. */
export function toContent(chunks: readonly Completion[], index = 0): string {
  return chunks
    .flatMap(({ choices }) => choices)
    .filter((choice) => choice.index === index)
    .map(({ delta }) => delta.content ?? "")
    .join("");
}

export interface RawAnswer {
  /** Everything that came, head and chunk framing included. */
  readonly text: string;
  /** Packets, as far as they arrived one by one. */
  readonly reads: number;
  /** How the mock closed the connection. */
  readonly closed: "fin" | "reset";
}

interface RequestOptions {
  readonly stream?: boolean;
  readonly version?: "1.0" | "1.1";
  /** Asks the mock to close the connection after the answer. */
  readonly isLast?: boolean;
}

/** A chat request as bytes. */
export function toRequest(model: string, options: RequestOptions = {}): string {
  const { stream = true, version = "1.1", isLast = false } = options;
  const body = JSON.stringify({ model, stream });
  const head = [
    `POST /v1/chat/completions HTTP/${version}`,
    "host: mock",
    `content-length: ${Buffer.byteLength(body)}`,
    ...(isLast ? ["connection: close"] : []),
  ];
  return `${head.join("\r\n")}\r\n\r\n${body}`;
}

/** Sends bytes and waits until the mock closes the connection. */
export function sendRaw(mock: MockUpstream, bytes: string): Promise<RawAnswer> {
  return new Promise((resolve) => {
    const socket = connect(mock.port, "127.0.0.1");
    let text = "";
    let reads = 0;
    let closed: RawAnswer["closed"] = "fin";
    socket.setEncoding("utf8").on("data", (part) => {
      text += String(part);
      reads++;
    });
    socket.on("error", () => (closed = "reset"));
    socket.on("close", () => resolve({ text, reads, closed }));
    socket.write(bytes);
  });
}

/** Opens a stream and resolves as soon as `text` has arrived in it. */
export function openStream(mock: MockUpstream, model: string, text: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(mock.port, "127.0.0.1");
    let seen = "";
    socket.on("error", reject);
    socket.on("data", (part: Buffer) => {
      seen += part.toString("latin1");
      if (seen.includes(text)) resolve(socket);
    });
    socket.write(toRequest(model));
  });
}

/** Sizes of the HTTP chunks of a raw answer, without the last one. */
export function chunkSizes(raw: string): number[] {
  let rest = raw.slice(raw.indexOf("\r\n\r\n") + 4);
  const sizes: number[] = [];
  for (let size = parseInt(rest, 16); size > 0; size = parseInt(rest, 16)) {
    sizes.push(size);
    rest = rest.slice(rest.indexOf("\r\n") + 2 + size + 2);
  }
  return sizes;
}

/** Asks again and again until the answer is `true`; the test's own time limit ends it. */
export async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 5));
}
