import { GatewayError } from "@slipstream/contracts/errors";
import fc from "fast-check";
import { expect, test } from "vitest";
import { BOUNDARY, toForm } from "../test/form.ts";
import type { Part } from "../test/form.ts";
import {
  MODEL_BYTES_MAX,
  MultipartScanner,
  PART_HEADER_BYTES_MAX,
  PARTS_MAX,
} from "./multipart-scanner.ts";

/** @returns the model, or whose fault it is and where. */
function scan(body: Buffer | string, cuts: readonly number[] = []): unknown {
  const scanner = new MultipartScanner(BOUNDARY);
  const bytes = Buffer.from(body);
  const borders = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length];
  borders.sort((a, b) => a - b);
  try {
    for (const [index, border] of borders.entries()) {
      scanner.push(bytes.subarray(border, borders[index + 1] ?? border));
    }
    scanner.end();
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    return [error.code, error.param];
  }
  return scanner.model;
}

const FILE_BYTES = fc.oneof(
  fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  // What looks like the border of a part and is none.
  fc
    .array(
      fc.constantFrom(
        "\r\n",
        "--",
        `\r\n--${BOUNDARY.slice(0, -1)}`,
        BOUNDARY,
        `content-disposition: form-data; name="model"\r\n\r\nother\r\n`,
      ),
      { maxLength: 6 },
    )
    .map((words) => Buffer.from(words.join("")))
    .filter((bytes) => !bytes.includes(`--${BOUNDARY}`)),
);

const others: fc.Arbitrary<Part[]> = fc.array(
  fc.record({
    name: fc.constantFrom("file", "prompt", "image[]", "Modell", "model[]"),
    value: FILE_BYTES,
    fileName: fc.constantFrom("a.mp3", `quo\\"ted`, "ä.png", `x; name=\\"model\\"`),
  }),
  { maxLength: 3 },
);

test("the model is found wherever it stands and however the body is cut", () => {
  const anywhere = fc.record({
    before: others,
    after: others,
    model: fc.string({ minLength: 1, maxLength: 40 }).filter((text) => !text.includes(BOUNDARY)),
    cuts: fc.array(fc.nat(), { maxLength: 40 }),
  });
  fc.assert(
    fc.property(anywhere, ({ before, after, model, cuts }) => {
      const body = toForm(...before, { name: "model", value: model }, ...after);
      const found = scan(body, cuts) as MultipartScanner["model"];
      expect(found?.value).toBe(model);
      expect(body.subarray(found?.span.start, found?.span.end).toString()).toBe(model);
    }),
    { numRuns: 1000 },
  );
});

const MODEL = { name: "model", value: "whisper-1" };

function part(header: string, value = "whisper-1"): string {
  return `--${BOUNDARY}\r\n${header}\r\n\r\n${value}\r\n--${BOUNDARY}--`;
}

test.each([
  [
    "another case and order",
    `CONTENT-TYPE: text/plain\r\ncontent-Disposition:FORM-DATA;name=model`,
  ],
  ["parameters around it", `content-disposition: form-data; x="a;b"; name="model" ; y=1`],
  ["an escaped name", `content-disposition: form-data; name="mo\\del"`],
])("a header with %s", (_name, header) => {
  expect(scan(part(header))).toMatchObject({ value: "whisper-1" });
});

test.each([
  ["no part", `--${BOUNDARY}--\r\n`],
  ["nothing", ""],
  ["another field", toForm({ name: "modell", value: "x" })],
  ["an empty model", toForm({ name: "model", value: "" })],
  ["a model that is not UTF-8", toForm({ name: "model", value: Buffer.from([0xff]) })],
  ["a long model", toForm({ name: "model", value: "x".repeat(MODEL_BYTES_MAX + 1) })],
  ["two models", toForm(MODEL, { name: "file", value: "x" }, MODEL)],
])("%s is a wrong model", (_name, body) => {
  expect(scan(body)).toEqual(["invalid_request", "model"]);
});

test.each([
  ["a preamble", `hello\r\n${part("content-disposition: form-data; name=model")}`],
  [
    "another boundary",
    part("content-disposition: form-data; name=model").replaceAll("0123", "4567"),
  ],
  ["no disposition", part("content-type: text/plain")],
  ["no header at all", part("")],
  [
    "two dispositions",
    part(`content-disposition: form-data; name=a\r\ncontent-disposition: form-data; name=model`),
  ],
  ["two names", part("content-disposition: form-data; name=a; name=model")],
  ["an extended name", part(`content-disposition: form-data; name=a; name*=utf-8''model`)],
  ["a folded header", part(`content-disposition: form-data;\r\n name=model`)],
  ["a bare line feed in a header", part(`content-disposition: form-data; name=a\nx: y`)],
  ["no name", part("content-disposition: form-data")],
  ["another disposition", part("content-disposition: attachment; name=model")],
  [
    "a boundary behind a bare line feed",
    toForm(MODEL, { name: "file", value: `x\n--${BOUNDARY}\r\n` }),
  ],
  ["a boundary that goes on", toForm(MODEL, { name: "file", value: `x\r\n--${BOUNDARY}9` })],
  ["a form behind the end", Buffer.concat([toForm(MODEL), toForm(MODEL)])],
  [
    "a long header",
    part(`content-disposition: form-data; name="${"x".repeat(PART_HEADER_BYTES_MAX)}"`),
  ],
  [
    "too many parts",
    toForm(...Array.from({ length: PARTS_MAX + 1 }, () => ({ name: "x", value: "" }))),
  ],
])("%s is no form", (_name, body) => {
  expect(scan(body)).toEqual(["invalid_request", undefined]);
});

test.each([
  ["Model", "Model"],
  ["MODEL", "MODEL"],
  ["mo\u212Ael", undefined],
  ["\u017Ftream", "\u017Ftream"],
  ["Api_Base", "Api_Base"],
  ["models", "models"],
  ["fallbacks", "fallbacks"],
  ["Language", undefined],
])("a part called %s is refused: %s", (name, param) => {
  const scanned = scan(toForm(MODEL, { name, value: "dear" }));
  if (param === undefined)
    expect(scanned).toEqual(scan(toForm(MODEL, { name: "x", value: "dear" })));
  else expect(scanned).toEqual(["invalid_request", param]);
});

test.each(['filename="x"', "filename=x", 'filename=""', "filename*=utf-8''x", 'FileName="x"'])(
  "a model with %s is a file to others, and refused",
  (filename) => {
    const header = `content-disposition: form-data; name="model"; ${filename}`;
    expect(scan(part(header))).toEqual(["invalid_request", "model"]);
  },
);

test("a field that decides where an answer comes from is refused", () => {
  expect(scan(toForm(MODEL, { name: "api_base", value: "x" }))).toEqual([
    "invalid_request",
    "api_base",
  ]);
});

test("a model without an end is given up before its end", () => {
  const scanner = new MultipartScanner(BOUNDARY);
  scanner.push(Buffer.from(`--${BOUNDARY}\r\ncontent-disposition: form-data; name=model\r\n\r\n`));
  expect(() => scanner.push(Buffer.alloc(2 * MODEL_BYTES_MAX))).toThrow("too long");
});
