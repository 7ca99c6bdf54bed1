/** Where requests come in and go out, for spans. */
import type { Deployment, Route } from "@slipstream/contracts/deployment";
import type { Places, UpstreamPlace } from "@slipstream/telemetry/tracing/span-plan";
import { ENDPOINTS } from "./http/endpoints.ts";

export function toTracePlaces(routes: readonly Route[]): Places {
  const deployments = routes.flatMap((route) => route.deployments);
  return {
    // The last path of an endpoint stands for all of them.
    endpoints: new Map(ENDPOINTS.map(({ name, method, path }) => [name, { method, path }])),
    upstreams: new Map(deployments.map((deployment) => [deployment.provider, toPlace(deployment)])),
  };
}

function toPlace({ baseUrl }: Deployment): UpstreamPlace {
  const { protocol, hostname, port, pathname } = new URL(baseUrl);
  const defaultPort = protocol === "https:" ? 443 : 80;
  return {
    // Without the brackets of an IPv6 address, which belong to the URL.
    address: hostname.replace(/^\[(.*)\]$/, "$1"),
    port: port === "" ? defaultPort : Number(port),
    basePath: pathname === "/" ? "" : pathname,
  };
}
