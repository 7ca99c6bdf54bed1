import { expect, test } from "vitest";
import { ProtocolError } from "./protocol-error.ts";
import { parseResponseHead } from "./response-head.ts";

function parse(...lines: readonly string[]): ReturnType<typeof parseResponseHead> {
  return parseResponseHead(lines.join("\r\n"));
}

test("status, headers and the first of those that are repeated", () => {
  const head = parse(
    "HTTP/1.1 429 Too Many Requests",
    "Content-Type:application/json",
    "X-Blank: \t a b\xa0 \t",
    "Set-Cookie: a=1",
    "set-cookie: b=2",
    "__proto__: x",
    "empty:",
  );
  expect(head.status).toBe(429);
  expect(Object.entries(head.headers)).toEqual([
    ["content-type", "application/json"],
    ["x-blank", "a b\xa0"],
    ["set-cookie", "a=1"],
    ["empty", ""],
  ]);
});

test.each([
  [["HTTP/1.1 200 OK", "content-length: 7"], { type: "length", bytes: 7 }],
  [["HTTP/1.1 200", "Transfer-Encoding: Chunked"], { type: "chunked" }],
  [["HTTP/1.1 200 ", "server: x"], { type: "until_close" }],
  [["HTTP/1.0 200 OK", "transfer-encoding: chunked"], { type: "chunked" }],
  [["HTTP/1.1 204 No Content", "content-length: 7"], { type: "length", bytes: 0 }],
  [["HTTP/1.1 304 Not Modified", "content-length: 7"], { type: "length", bytes: 0 }],
  [["HTTP/1.1 103 Early Hints"], { type: "length", bytes: 0 }],
])("%j ends as it says", (lines, framing) => {
  expect(parse(...lines).framing).toEqual(framing);
});

test.each([
  ["SSH-2.0-OpenSSH"],
  ["HTTP/2 200"],
  ["HTTP/1.1 99 Low"],
  ["HTTP/1.1 600 High"],
  ["HTTP/1.0 100 Continue"],
  ["HTTP/1.1 100 Continue", "content-length: 5"],
  ["HTTP/1.1 100 Continue", "transfer-encoding: chunked"],
  ["HTTP/1.1 2000"],
  ["HTTP/1.1 200OK"],
  ["HTTP/1.1 200 OK", "no colon"],
  ["HTTP/1.1 200 OK", ": no name"],
  ["HTTP/1.1 200 OK", "a name : x"],
  ["HTTP/1.1 200 OK", "name : x"],
  ["HTTP/1.1 200 OK", "folded: a", " b"],
  ["HTTP/1.1 200 OK", "bare: a\nb: c"],
  ["HTTP/1.1 200 OK", "bare: a\rb: c"],
  ["HTTP/1.1 200 OK", "nul: \0"],
  ["HTTP/1.1 200 OK", "content-length: 7", "content-length: 8"],
  ["HTTP/1.1 200 OK", "content-length: 7", "content-length: 7"],
  ["HTTP/1.1 200 OK", "content-length: 7, 7"],
  ["HTTP/1.1 200 OK", "content-length: -1"],
  ["HTTP/1.1 200 OK", "content-length: +1"],
  ["HTTP/1.1 200 OK", "content-length: 0x10"],
  ["HTTP/1.1 200 OK", "content-length: 1e3"],
  ["HTTP/1.1 200 OK", "content-length:"],
  ["HTTP/1.1 200 OK", "content-length: 9999999999999999"],
  ["HTTP/1.1 200 OK", "content-length: 7", "transfer-encoding: chunked"],
  ["HTTP/1.1 200 OK", "transfer-encoding: gzip, chunked"],
  ["HTTP/1.1 200 OK", "transfer-encoding: chunked", "transfer-encoding: identity"],
  ["HTTP/1.1 200 OK", "transfer-encoding: xchunked"],
])("%j is refused", (...lines) => {
  expect(() => parse(...lines)).toThrow(ProtocolError);
});

test.each([
  [[], undefined],
  [["connection: keep-alive"], undefined],
  [["connection: Close"], 0],
  [["connection: x, close"], 0],
  [["connection: closed"], undefined],
  [["keep-alive: timeout=5, max=100"], 5000],
])("%j is kept for %s ms", (lines, keepAliveMs) => {
  expect(parse("HTTP/1.1 200 OK", ...lines).keepAliveMs).toBe(keepAliveMs);
});

test("HTTP/1.0 is not kept", () => {
  expect(parse("HTTP/1.0 200 OK", "connection: keep-alive").keepAliveMs).toBe(0);
});

test("headers of the largest size, made to be slow, are quick", () => {
  const blanks = " \t".repeat(8000);
  const startMs = performance.now();
  expect(() => parse("HTTP/1.1 200 OK", `a:${blanks}\0${blanks}`)).toThrow(ProtocolError);
  parse("HTTP/1.1 200 OK", `a: x${blanks}x`, `connection:${",".repeat(8000)}`);
  parse("HTTP/1.1 200 OK", `connection: ${" ".repeat(8000)}x`, `keep-alive:,${blanks}x`);
  expect(performance.now() - startMs).toBeLessThan(500);
});
