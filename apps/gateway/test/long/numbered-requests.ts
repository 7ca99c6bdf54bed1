/**
 * Requests whose ids are numbers in the form of a UUID. The gateway takes a client's UUID as the id of its
 * request, so that client, answer, usage record and test mean the same request by the same number.
 */
const ID_HEAD = "00000000-0000-4000-8000-";
const NUMBER_DIGITS = 12;

export function toNumberedId(number: number): string {
  return ID_HEAD + number.toString(16).padStart(NUMBER_DIGITS, "0");
}

/** @returns `undefined` for an id that is none of ours. */
export function toNumber(id: string): number | undefined {
  if (!id.startsWith(ID_HEAD)) return undefined;
  return Number.parseInt(id.slice(ID_HEAD.length), 16);
}

export interface NumberedRequest {
  readonly key: string;
  /** Fields of the body beside the messages. */
  readonly fields: object;
}

/** One request, ready to be sent with any number: only the number's digits are written anew. */
export class RequestTemplate {
  readonly #bytes: Buffer;
  readonly #at: number;

  constructor({ key, fields }: NumberedRequest) {
    this.#bytes = Buffer.from(toRequestText(key, toNumberedId(0), fields));
    this.#at = this.#bytes.indexOf(ID_HEAD) + ID_HEAD.length;
  }

  toBytes(number: number): Buffer {
    const bytes = Buffer.from(this.#bytes);
    bytes.write(number.toString(16).padStart(NUMBER_DIGITS, "0"), this.#at, "latin1");
    return bytes;
  }
}

export function toRequestText(key: string, id: string, fields: object): string {
  const body = JSON.stringify({ messages: [{ role: "user", content: "hi" }], ...fields });
  const lines = [
    "POST /v1/chat/completions HTTP/1.1",
    "host: gateway.test",
    `authorization: Bearer ${key}`,
    "content-type: application/json",
    `x-request-id: ${id}`,
    `content-length: ${Buffer.byteLength(body)}`,
  ];
  return `${lines.join("\r\n")}\r\n\r\n${body}`;
}
