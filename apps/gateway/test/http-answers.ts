/** HTTP/1.1 responses as they stand on the wire, whole or broken off. */

export interface HttpAnswer {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  /** As far as it came, without the chunk framing. */
  readonly body: string;
  /** Whether it ended as HTTP says: with its last chunk, or with as many bytes as were announced. */
  readonly isWhole: boolean;
}

/** @returns the answers of one connection, in order; the last one may not be whole. */
export function readAnswers(bytes: Buffer): readonly HttpAnswer[] {
  const answers: HttpAnswer[] = [];
  let rest = bytes;
  for (;;) {
    const headEnd = rest.indexOf("\r\n\r\n");
    if (headEnd === -1) return answers;
    const head = rest.toString("latin1", 0, headEnd);
    const { body, isWhole, end } = readBody(toHeaders(head), rest.subarray(headEnd + 4));
    const status = Number(head.split(" ", 2)[1]);
    answers.push({ status, headers: toHeaders(head), body: body.toString(), isWhole });
    if (!isWhole) return answers;
    rest = rest.subarray(headEnd + 4 + end);
  }
}

interface Body {
  readonly body: Buffer;
  readonly isWhole: boolean;
  /** Where the next answer begins. */
  readonly end: number;
}

function readBody(headers: HttpAnswer["headers"], bytes: Buffer): Body {
  if (headers["transfer-encoding"] === "chunked") return readChunks(bytes);
  const length = Number(headers["content-length"]);
  return { body: bytes.subarray(0, length), isWhole: bytes.length >= length, end: length };
}

function readChunks(bytes: Buffer): Body {
  const chunks: Buffer[] = [];
  let position = 0;
  for (;;) {
    const sizeEnd = bytes.indexOf("\r\n", position);
    if (sizeEnd === -1) return { body: Buffer.concat(chunks), isWhole: false, end: bytes.length };
    const size = Number.parseInt(bytes.toString("latin1", position, sizeEnd), 16);
    const start = sizeEnd + 2;
    chunks.push(bytes.subarray(start, start + size));
    position = start + size + 2;
    if (size === 0 && bytes.length >= position) {
      return { body: Buffer.concat(chunks), isWhole: true, end: position };
    }
  }
}

function toHeaders(head: string): HttpAnswer["headers"] {
  const lines = head.split("\r\n").slice(1);
  return Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
}
