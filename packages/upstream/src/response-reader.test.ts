/** However an answer is cut, and whatever is wrong with it. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { ProtocolError } from "./protocol-error.ts";
import { HEAD_BYTES_MAX, ResponseReader } from "./response-reader.ts";

const RUNS = 1000;

/** What was heard of an answer. */
interface Heard {
  readonly status: number | undefined;
  readonly body: string;
  readonly ending: "none" | "ended" | "refused";
  /** Bytes that do not belong to it. */
  readonly surplus: number;
}

/** @param packets One answer, and perhaps more, as it arrives. */
function play(packets: readonly string[]): Heard & { readonly reader: ResponseReader } {
  let status: number | undefined;
  let body = "";
  let ending: Heard["ending"] = "none";
  let surplus = 0;
  const reader = new ResponseReader({
    head: (head) => {
      expect([status, body, ending]).toEqual([undefined, "", "none"]);
      ({ status } = head);
    },
    frame: (frame) => {
      expect([status === undefined, frame.length > 0, ending]).toEqual([false, true, "none"]);
      body += frame.toString("latin1");
    },
    end: () => {
      expect([status === undefined, ending]).toEqual([false, "none"]);
      ending = "ended";
    },
  });
  try {
    for (const packet of packets) {
      const bytes = Buffer.from(packet, "latin1");
      surplus += bytes.length - reader.push(bytes);
    }
  } catch (error) {
    expect(error).toBeInstanceOf(ProtocolError);
    ending = "refused";
  }
  return { status, body, ending, surplus, reader };
}

const CHUNKED = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";

test.each([
  ["a length", "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello", "hello"],
  ["no body", "HTTP/1.1 204 No Content\r\n\r\n", ""],
  ["a length of 0", "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", ""],
  ["chunks", `${CHUNKED}5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n`, "hello!"],
  [
    "sizes in both cases, padded",
    `${CHUNKED}00A\r\n0123456789\r\n0a\r\n0123456789\r\n000\r\n\r\n`,
    "01234567890123456789",
  ],
  [
    "extensions",
    `${CHUNKED}5;a=b;c="\td\\";"\r\nhello\r\n5;x\r\nhello\r\n0;z\r\n\r\n`,
    "hellohello",
  ],
  ["trailers", `${CHUNKED}5\r\nhello\r\n0\r\nX-Sum: 1\r\nY: 2\r\n\r\n`, "hello"],
  [
    "1xx before it",
    `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nlink: x\r\n\r\n${CHUNKED}1\r\nx\r\n0\r\n\r\n`,
    "x",
  ],
])("%s: the same whole, byte by byte and in front of another", (_name, answer, body) => {
  const expected = { body, ending: "ended" };
  expect(play([answer])).toMatchObject({ ...expected, surplus: 0 });
  expect(play(answer.split(""))).toMatchObject({ ...expected, surplus: 0 });
  expect(play([`${answer}HTTP/1.1 200`])).toMatchObject({ ...expected, surplus: 12 });
  for (let cut = 1; cut < answer.length; cut++) {
    expect(play([answer.slice(0, cut)]).ending).toBe("none");
    expect(play([answer.slice(0, cut), answer.slice(cut)])).toMatchObject(expected);
  }
});

test("a long answer may extend each of its chunks", () => {
  const chunk = `2;${"x".repeat(1000)}\r\nok\r\n`;
  const heard = play([`${CHUNKED}${chunk.repeat(100)}0\r\n\r\n`]);
  expect(heard).toMatchObject({ body: "ok".repeat(100), ending: "ended" });
});

test("until the connection ends", () => {
  const { reader, ...heard } = play(["HTTP/1.1 200 OK\r\n\r\nhel", "lo"]);
  expect(heard).toMatchObject({ body: "hello", ending: "none" });
  reader.close();
  expect(reader.isDone).toBe(true);
});

test.each([[""], ["HTTP/1.1 2"], [CHUNKED], [`${CHUNKED}0\r\n`], [`${CHUNKED}5\r\nhe`]])(
  "%j and the end of the connection are no answer",
  (answer) => {
    const { reader } = play([answer]);
    reader.close();
    expect(reader.isDone).toBe(false);
  },
);

test.each([
  ["S"],
  ["\r\nHTTP/1.1 200 OK\r\n\r\n"],
  ["HTTP/1.1 101 Switching Protocols\r\n\r\n"],
  [`HTTP/1.1 200 OK\r\nx: ${"x".repeat(HEAD_BYTES_MAX)}`],
  ["HTTP/1.1 100 Continue\r\n\r\n".repeat(1000)],
  [`${CHUNKED}\r\n`],
  [`${CHUNKED}g\r\n`],
  [`${CHUNKED}-1\r\n`],
  [`${CHUNKED}5\nhello\r\n`],
  [`${CHUNKED}5\r\nhello!\r\n`],
  [`${CHUNKED}5\r\nhello\n0\r\n`],
  [`${CHUNKED}5\rhello`],
  [`${CHUNKED}${"0".repeat(14)}\r\n`],
  [`${CHUNKED}ffffffffffffff\r\n`],
  [`${CHUNKED}5;\0\r\n`],
  [`${CHUNKED}5;a\nb\r\n`],
  [`${CHUNKED}5;a="\n"\r\n`],
  [`${CHUNKED}5;a="\0"\r\n`],
  [`${CHUNKED}5;a="\\\n"\r\n`],
  [`${CHUNKED}5;a="\x7f"\r\n`],
  [`${CHUNKED}5;${"x".repeat(20_000)}`],
  [`${CHUNKED}0\r\nX: 1\n\r\n`],
  [`${CHUNKED}0\r\n${"x: y\r\n".repeat(5000)}`],
  [`${CHUNKED}0\r\ncontent-length: 5\r\n\r\n`],
  [`${CHUNKED}0\r\nno colon\r\n\r\n`],
  [`${CHUNKED}5 \r\nhello\r\n`],
  [`${CHUNKED}0\r\n\rx`],
])("%j is refused, whole and byte by byte", (answer) => {
  expect(play([answer]).ending).toBe("refused");
  expect(play(answer.split("")).ending).toBe("refused");
});

test("what is written in chunks of any size is read in packets of any size", () => {
  const pieces = fc.array(fc.string({ minLength: 1, maxLength: 40, unit: "binary-ascii" }));
  const cuts = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1 });
  fc.assert(
    fc.property(pieces, cuts, fc.boolean(), (chunks, sizes, isChunked) => {
      const body = chunks.join("");
      const framed = chunks.map((chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`);
      const answer = isChunked
        ? `${CHUNKED}${framed.join("")}0\r\n\r\n`
        : `HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
      const packets: string[] = [];
      for (let from = 0, cut = 0; from < answer.length; cut++) {
        const size = sizes[cut % sizes.length] ?? 1;
        packets.push(answer.slice(from, from + size));
        from += size;
      }
      expect(play(packets)).toMatchObject({ body, ending: "ended", surplus: 0 });
    }),
    { numRuns: RUNS },
  );
});
