import { expect, test } from "vitest";
import { GatewayError, toGatewayError } from "./errors.ts";

test("anything thrown becomes a gateway error that keeps its words to itself", () => {
  const error = toGatewayError(new Error("secret"));
  expect(error.code).toBe("internal_error");
  expect(error.message).not.toContain("secret");
});

test("a gateway error stays what it is", () => {
  const error = new GatewayError("invalid_json", "not JSON");
  expect(toGatewayError(error)).toBe(error);
});
