/** What we serve: one row per path of the data plane. */
import type { EndpointName } from "@slipstream/contracts/endpoint";
import type { PipelinePorts } from "@slipstream/pipeline/pipeline-ports";
import type { RequestLife } from "@slipstream/pipeline/request-life";
import type { InferenceEndpoint } from "@slipstream/pipeline/inference-endpoint";
import {
  CHAT_COMPLETIONS,
  COMPLETIONS,
  EMBEDDINGS,
  IMAGES_GENERATIONS,
  MODERATIONS,
  RERANK,
  SCORE,
} from "@slipstream/pipeline/inference-endpoints";
import {
  AUDIO_SPEECH,
  AUDIO_TRANSCRIPTIONS,
  AUDIO_TRANSLATIONS,
  IMAGES_EDITS,
} from "@slipstream/pipeline/media-endpoints";
import { serveInference } from "@slipstream/pipeline/serve-inference";
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
  toEndpoint("chat_completions", CHAT_COMPLETIONS),
  toEndpoint("completions", COMPLETIONS),
  toEndpoint("embeddings", EMBEDDINGS),
  toEndpoint("rerank", RERANK),
  toEndpoint("score", SCORE),
  toEndpoint("moderations", MODERATIONS),
  toEndpoint("images_generations", IMAGES_GENERATIONS),
  toEndpoint("images_edits", IMAGES_EDITS),
  toEndpoint("audio_transcriptions", AUDIO_TRANSCRIPTIONS),
  toEndpoint("audio_translations", AUDIO_TRANSLATIONS),
  toEndpoint("audio_speech", AUDIO_SPEECH),
  { method: "GET", path: "/v1/models", name: "models", serve: serveModelList },
  { method: "GET", path: "/v1/models/*", name: "models", serve: serveModel },
];

/** All that the router knows; it fails on others, of which Node takes some and its parser even more. */
export const METHODS: ReadonlySet<string> = new Set(ENDPOINTS.map(({ method }) => method));

function toEndpoint(name: EndpointName, inference: InferenceEndpoint): Endpoint {
  return {
    method: "POST",
    path: `/v1${inference.path}`,
    name,
    serve: (ports, life) => serveInference(ports, life, inference),
  };
}

/** @returns the method that a path is served with, `undefined` for a path that is not served. */
export function findMethod(path: string): Endpoint["method"] | undefined {
  return ENDPOINTS.find((endpoint) => matches(endpoint, path))?.method;
}

function matches(endpoint: Endpoint, path: string): boolean {
  if (!endpoint.path.endsWith("*")) return endpoint.path === path;
  const prefix = endpoint.path.slice(0, -1);
  return path.startsWith(prefix) && path.length > prefix.length;
}
