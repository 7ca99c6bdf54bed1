/** The gateway's own picking. */
import type { Deployment, Route } from "@slipstream/contracts/deployment";
import { ProviderPool } from "@slipstream/provider-pool/provider-pool";
import { testDeployment, testRoute } from "@slipstream/testkit/routes";

const NONE: ReadonlySet<Deployment> = new Set();

/** @param routes Models, each on three deployments. */
export function createPool(routes: number, deployments = 3): ProviderPool {
  return new ProviderPool(
    Array.from({ length: routes }, (_, index) => toRoute(`model-${index}`, deployments)),
  );
}

function toRoute(model: string, deployments: number): Route {
  const [first, ...rest] = Array.from({ length: deployments }, (_, index) =>
    testDeployment(`fleet-${index}/${model}`),
  );
  if (first === undefined) throw new Error("a route needs a deployment");
  return testRoute([first, ...rest], { model });
}

export function findRoute(pool: ProviderPool, index: number): Route | undefined {
  return pool.findRoute(`model-${index % pool.routes.length}`);
}

/** The deployment whose turn it is. */
export function pick(pool: ProviderPool): Deployment | undefined {
  const [route] = pool.routes;
  return route && pool.pick(route, NONE);
}
