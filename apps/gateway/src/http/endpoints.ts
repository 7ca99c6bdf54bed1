/** What we serve: one row per path of the data plane. */
import type { EndpointName } from "@slipstream/contracts/endpoint";
import type { PipelinePorts } from "@slipstream/pipeline/pipeline-ports";
import type { RequestLife } from "@slipstream/pipeline/request-life";
import { serveChat } from "@slipstream/pipeline/serve-chat";
import { serveModel, serveModelList } from "@slipstream/pipeline/serve-models";

export interface Endpoint {
  readonly method: "GET" | "POST";
  /** A `*` at the end stands for the rest of the path, slashes included. */
  readonly path: string;
  readonly name: EndpointName;
  /** @param rest What stands for the `*`, decoded; "" without one. */
  readonly serve: (ports: PipelinePorts, life: RequestLife, rest: string) => Promise<void>;
}

export const ENDPOINTS: readonly Endpoint[] = [
  { method: "POST", path: "/v1/chat/completions", name: "chat_completions", serve: serveChat },
  { method: "GET", path: "/v1/models", name: "models", serve: serveModelList },
  { method: "GET", path: "/v1/models/*", name: "models", serve: serveModel },
];

/** @returns the method that a path is served with, `undefined` for a path that is not served. */
export function findMethod(path: string): Endpoint["method"] | undefined {
  return ENDPOINTS.find((endpoint) => matches(endpoint, path))?.method;
}

function matches(endpoint: Endpoint, path: string): boolean {
  if (!endpoint.path.endsWith("*")) return endpoint.path === path;
  const prefix = endpoint.path.slice(0, -1);
  return path.startsWith(prefix) && path.length > prefix.length;
}
