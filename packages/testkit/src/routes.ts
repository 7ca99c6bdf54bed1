import type { Deadlines, Deployment, Route } from "@slipstream/contracts/deployment";

/** Each can be told from the others by its length. */
export const TEST_DEADLINES: Deadlines = {
  connectMs: 1000,
  firstTokenMs: 1500,
  stallMs: 500,
  totalMs: 4000,
  clientStallMs: 2000,
};

export function testDeployment(id: string, more: Partial<Deployment> = {}): Deployment {
  return {
    id,
    provider: "fleet",
    dialect: "openai-chat",
    baseUrl: "http://127.0.0.1:1/v1",
    apiKey: undefined,
    upstreamModel: "upstream-model",
    streamUsage: "off",
    tier: 0,
    weight: 1,
    ...more,
  };
}

export function testRoute(deployments: Route["deployments"], more: Partial<Route> = {}): Route {
  return {
    model: "llama",
    aliases: [],
    deadlines: TEST_DEADLINES,
    heartbeatMs: undefined,
    pricing: undefined,
    deployments,
    ...more,
  };
}
