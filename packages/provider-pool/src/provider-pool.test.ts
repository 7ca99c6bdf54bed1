import type { Deployment, Route } from "@slipstream/contracts/deployment";
import { expect, test } from "vitest";
import { ProviderPool } from "./provider-pool.ts";

function deployment(id: string, options: { tier?: number; weight?: number } = {}): Deployment {
  return {
    id,
    provider: "fleet",
    dialect: "openai-chat",
    baseUrl: "http://127.0.0.1:1/v1",
    apiKey: undefined,
    upstreamModel: "m",
    tier: options.tier ?? 0,
    weight: options.weight ?? 1,
  };
}

/** Serves `count` requests whose first attempt succeeds. */
function serve(deployments: Route["deployments"], count: number): string {
  const route: Route = { model: "m", aliases: [], deployments };
  const pool = new ProviderPool([route]);
  return Array.from({ length: count }, () => pool.pick(route, new Set())?.id).join("");
}

test("equal deployments take turns", () => {
  expect(serve([deployment("a"), deployment("b"), deployment("c")], 7)).toBe("abcabca");
});

test("a weight is a share, and its turns are spread", () => {
  expect(serve([deployment("a", { weight: 3 }), deployment("b")], 8)).toBe("aabaaaba");
});

test("a higher tier serves only what the lower one has failed to", () => {
  const low = deployment("a");
  const high = deployment("b", { tier: 1 });
  const route: Route = { model: "m", aliases: [], deployments: [high, low] };
  const pool = new ProviderPool([route]);
  expect(pool.pick(route, new Set())).toBe(low);
  expect(pool.pick(route, new Set([low]))).toBe(high);
  expect(pool.pick(route, new Set([low, high]))).toBe(undefined);
});

test("a route is found by its name and by each alias", () => {
  const route: Route = { model: "llama", aliases: ["l", "ll"], deployments: [deployment("a")] };
  const pool = new ProviderPool([route]);
  expect(["llama", "l", "ll", "x"].map((name) => pool.findRoute(name)?.model)).toEqual([
    "llama",
    "llama",
    "llama",
    undefined,
  ]);
});
