/** Reads HTTP/1.1 answers of a connection as cheaply as a load generator must. */

export interface WholeAnswer {
  readonly status: number;
  /** Status line and headers, in lower case. */
  readonly head: string;
  /** Without the framing of chunks. */
  readonly body: Buffer;
  /** Where the next answer begins. */
  readonly end: number;
}

const STATUS_FROM = "HTTP/1.1 ".length;
const CRLF = "\r\n";

/** @returns the answer at the start, or `undefined` while it is not whole. */
export function readWholeAnswer(bytes: Buffer): WholeAnswer | undefined {
  const headEnd = bytes.indexOf("\r\n\r\n");
  if (headEnd === -1) return undefined;
  const head = bytes.toString("latin1", 0, headEnd + 2).toLowerCase();
  const status = Number(head.slice(STATUS_FROM, STATUS_FROM + 3));
  const from = headEnd + 4;
  if (head.includes("\r\ntransfer-encoding: chunked\r\n")) {
    return readChunks(bytes, from, { status, head });
  }
  const length = /\r\ncontent-length: (\d+)/.exec(head)?.[1];
  const end = from + Number(length ?? 0);
  if (bytes.length < end) return undefined;
  return { status, head, body: bytes.subarray(from, end), end };
}

function readChunks(
  bytes: Buffer,
  from: number,
  start: Pick<WholeAnswer, "status" | "head">,
): WholeAnswer | undefined {
  const chunks: Buffer[] = [];
  let position = from;
  for (;;) {
    const lineEnd = bytes.indexOf(CRLF, position);
    if (lineEnd === -1) return undefined;
    const size = Number.parseInt(bytes.toString("latin1", position, lineEnd), 16);
    const dataFrom = lineEnd + CRLF.length;
    position = dataFrom + size + CRLF.length;
    if (bytes.length < position) return undefined;
    if (size === 0) return { ...start, body: Buffer.concat(chunks), end: position };
    chunks.push(bytes.subarray(dataFrom, dataFrom + size));
  }
}
