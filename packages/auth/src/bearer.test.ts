import { expect, test } from "vitest";
import { parseBearer } from "./bearer.ts";

test.each([
  ["Bearer x", "x"],
  ["bearer x", "x"],
  ["BEARER x", "x"],
  ["Bearer   x", "x"],
  ["Bearer x, Bearer y", "x, Bearer y"],
  ["", undefined],
  ["Bearer", undefined],
  ["Bearer ", undefined],
  ["Bearer\tx", undefined],
  ["Bearerx", undefined],
  [" Bearer x", undefined],
  ["Basic eDp5", undefined],
  ["\u2262earer x", undefined],
  ["x", undefined],
])("%j carries %j", (authorization, credential) => {
  expect(parseBearer(authorization)).toBe(credential);
});
