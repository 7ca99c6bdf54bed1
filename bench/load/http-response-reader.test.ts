import fc from "fast-check";
import { expect, test } from "vitest";
import { HttpResponseReader } from "./http-response-reader.ts";

/** Reads the pieces as one answer after the other. @returns what the sinks were told. */
function read(pieces: readonly Buffer[], answers: number): string[] {
  const told: string[] = [];
  const reader = new HttpResponseReader();
  const expectNext = (left: number): void => {
    if (left === 0) return;
    let text = "";
    reader.expect({
      head: (status) => (text = `${status} `),
      body: (bytes) => (text += bytes.toString()),
      end: () => {
        told.push(text);
        expectNext(left - 1);
      },
      failed: (reason) => told.push(`${text}${reason}`),
    });
  };
  expectNext(answers);
  for (const piece of pieces) reader.push(piece);
  reader.fail("closed");
  return told;
}

const CHUNKED = [
  "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n",
  "b;ext=1\r\ndata: 1\n\n\r\n\r\n5\r\nHTTP/\r\n0\r\nTrailer: x\r\n\r\n",
].join("");
const WHOLE = "HTTP/1.1 404 Not Found\r\ncontent-length: 2\r\n\r\n{}";
const EMPTY = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

test("reads answers wherever they are cut", () => {
  const bytes = Buffer.from(CHUNKED + WHOLE + EMPTY);
  const cuts = fc.uniqueArray(fc.integer({ min: 1, max: bytes.length - 1 }));
  fc.assert(
    fc.property(cuts, (unordered) => {
      const borders = [0, ...unordered.toSorted((left, right) => left - right), bytes.length];
      const pieces = borders.slice(1).map((end, index) => bytes.subarray(borders[index], end));
      expect(read(pieces, 3)).toEqual(["200 data: 1\n\n\r\nHTTP/", "404 {}", "200 "]);
    }),
  );
});

test("a cut answer fails", () => {
  expect(read([Buffer.from(CHUNKED.slice(0, -2))], 1)).toEqual(["200 data: 1\n\n\r\nHTTP/closed"]);
});

test.each([
  ["neither length nor chunks", "HTTP/1.1 200 OK\r\n\r\n", "neither a length nor chunks"],
  ["another protocol", "SSH-2.0\r\n", "no HTTP/1.1"],
  ["a bad chunk size", CHUNKED.replace("b;", "x;"), "no chunk size"],
  ["a chunk that is too long", CHUNKED.replace("b;", "6;"), "longer than its size"],
  ["more than was asked for", EMPTY + EMPTY, "nobody asked for"],
  ["a line without an end", "HTTP".repeat(5_000), "a line without an end"],
])("refuses %s", (_, text, reason) => {
  expect(() => read([Buffer.from(text)], 1)).toThrow(reason);
});
