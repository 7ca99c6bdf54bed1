import type { Route } from "@slipstream/contracts/deployment";
import { testDeployment, testRoute } from "@slipstream/testkit/routes";
import { expect, test } from "vitest";
import { ProviderPool } from "./provider-pool.ts";

/** Serves `count` requests whose first attempt succeeds. */
function serve(deployments: Route["deployments"], count: number): string {
  const route = testRoute(deployments);
  const pool = new ProviderPool([route]);
  return Array.from({ length: count }, () => pool.pick(route, new Set())?.id).join("");
}

test("equal deployments take turns", () => {
  expect(serve([testDeployment("a"), testDeployment("b"), testDeployment("c")], 7)).toBe("abcabca");
});

test("a weight is a share, and its turns are spread", () => {
  expect(serve([testDeployment("a", { weight: 3 }), testDeployment("b")], 8)).toBe("aabaaaba");
});

test("a higher tier serves only what the lower one has failed to", () => {
  const low = testDeployment("a");
  const high = testDeployment("b", { tier: 1 });
  const route = testRoute([high, low]);
  const pool = new ProviderPool([route]);
  expect(pool.pick(route, new Set())).toBe(low);
  expect(pool.pick(route, new Set([low]))).toBe(high);
  expect(pool.pick(route, new Set([low, high]))).toBe(undefined);
});

test("a route is found by its name and by each alias", () => {
  const route = testRoute([testDeployment("a")], { aliases: ["l", "ll"] });
  const pool = new ProviderPool([route]);
  expect(["llama", "l", "ll", "x"].map((name) => pool.findRoute(name)?.model)).toEqual([
    "llama",
    "llama",
    "llama",
    undefined,
  ]);
});
