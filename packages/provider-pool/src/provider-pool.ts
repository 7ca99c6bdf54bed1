/**
 * Which deployments may serve a model, and whose turn it is.
 *
 * Warm: one look-up and one pick per attempt. Pure: no clock, no I/O.
 */
import type { Deployment, Route } from "@slipstream/contracts/deployment";
import { RoundRobin } from "./round-robin.ts";

export class ProviderPool {
  readonly #routes: readonly Route[];
  readonly #routesByName = new Map<string, Route>();
  readonly #turns = new Map<Route, RoundRobin>();

  /** @param routes Names and aliases are unique among all of them (checked with the configuration). */
  constructor(routes: readonly Route[]) {
    this.#routes = routes;
    for (const route of routes) {
      this.#turns.set(route, new RoundRobin());
      for (const name of [route.model, ...route.aliases]) this.#routesByName.set(name, route);
    }
  }

  /** In configuration order. */
  get routes(): readonly Route[] {
    return this.#routes;
  }

  /** @param name A model's public name or an alias of it. */
  findRoute(name: string): Route | undefined {
    return this.#routesByName.get(name);
  }

  /**
   * The deployment for the next attempt: of the lowest tier that has one that was not tried yet.
   *
   * @returns `undefined` when all were tried.
   */
  pick(route: Route, tried: ReadonlySet<Deployment>): Deployment | undefined {
    const untried = route.deployments.filter((deployment) => !tried.has(deployment));
    const tier = Math.min(...untried.map((deployment) => deployment.tier));
    const [first, ...rest] = untried.filter((deployment) => deployment.tier === tier);
    if (first === undefined) return undefined;
    return this.#turns.get(route)?.pick([first, ...rest]);
  }
}
