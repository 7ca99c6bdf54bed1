import { GatewayError } from "@slipstream/contracts/errors";
import { expect, test } from "vitest";
import { readBoundary, toFormType } from "./multipart-boundary.ts";

test.each([
  ["multipart/form-data; boundary=abc", "abc", "multipart/form-data; boundary=abc"],
  [
    'Multipart/Form-Data;charset=utf-8; Boundary="a b:c"',
    "a b:c",
    'multipart/form-data; boundary="a b:c"',
  ],
])("%s", (contentType, boundary, forwarded) => {
  expect(readBoundary(contentType)).toBe(boundary);
  expect(toFormType(boundary)).toBe(forwarded);
});

test.each([
  [undefined, "unsupported_media_type"],
  ["application/json; boundary=abc", "unsupported_media_type"],
  ["multipart/form-dataset; boundary=abc", "unsupported_media_type"],
  ["multipart/form-data", "invalid_request"],
  ["multipart/form-data; boundary=", "invalid_request"],
  ['multipart/form-data; boundary="a b "', "invalid_request"],
  ["multipart/form-data; boundary=a; boundary=b", "invalid_request"],
  [`multipart/form-data; boundary=${"a".repeat(71)}`, "invalid_request"],
])("%s is refused", (contentType, code) => {
  expect(() => readBoundary(contentType)).toThrow(expect.objectContaining({ code }));
  expect(() => readBoundary(contentType)).toThrow(GatewayError);
});
