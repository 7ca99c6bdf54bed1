/**
 * Chat completions: authenticate → read → route → attempt, until one succeeds or none is left.
 */
import type { Deployment, Route } from "@slipstream/contracts/deployment";
import { GatewayError } from "@slipstream/contracts/errors";
import type { AttemptFacts } from "@slipstream/contracts/request-events";
import type { UpstreamRequest } from "@slipstream/contracts/upstream";
import { runAttempt } from "./attempt.ts";
import { parseInferenceBody, withModel } from "./inference-body.ts";
import type { InferenceBody } from "./inference-body.ts";
import type { PipelinePorts } from "./pipeline-ports.ts";
import type { RequestLife } from "./request-life.ts";
import { unknownModel } from "./unknown-model.ts";

/** A long conversation with images in base64. */
export const BODY_BYTES_MAX: number = 10 * 1024 * 1024;

/** All tries of one request, the first included: a dead fleet must not multiply its load. */
export const ATTEMPTS_MAX: number = 3;

const PATH = "/chat/completions";

export async function serveChat(ports: PipelinePorts, life: RequestLife): Promise<void> {
  const { request, facts } = life;
  facts.operation = "chat";
  facts.principal = await ports.authenticator.authenticate(request.authorization);
  if (!life.isOpen) return;
  const bytes = await request.readBody(BODY_BYTES_MAX);
  if (!life.isOpen) return;
  const body = parseInferenceBody(bytes, request.contentType);
  const route = ports.pool.findRoute(body.model);
  if (route === undefined) throw unknownModel(body.model);
  facts.model = route.model;
  life.clientStallMs = route.deadlines.clientStallMs;
  await attemptInTurn(ports, life, { route, body });
}

interface RoutedBody {
  readonly route: Route;
  readonly body: InferenceBody;
}

async function attemptInTurn(
  ports: PipelinePorts,
  life: RequestLife,
  { route, body }: RoutedBody,
): Promise<void> {
  const tried = new Set<Deployment>();
  let lastError = new GatewayError("internal_error", "The model has no deployment.");
  for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
    const deployment = ports.pool.pick(route, tried);
    if (deployment === undefined) break;
    tried.add(deployment);
    const end = await runAttempt(ports, {
      life,
      facts: toAttemptFacts(life, route, { deployment, attempt }),
      request: toUpstreamRequest(life, deployment, body),
      isStream: body.isStream,
      deadlines: route.deadlines,
    });
    if (end.type !== "failed" || !life.isOpen) return;
    lastError = end.error;
    if (!lastError.spec.retryable) break;
  }
  throw lastError;
}

function toAttemptFacts(
  life: RequestLife,
  route: Route,
  { deployment, attempt }: { readonly deployment: Deployment; readonly attempt: number },
): AttemptFacts {
  return {
    requestId: life.request.requestId,
    attempt,
    model: route.model,
    provider: deployment.provider,
    deploymentId: deployment.id,
  };
}

function toUpstreamRequest(
  life: RequestLife,
  deployment: Deployment,
  body: InferenceBody,
): UpstreamRequest {
  return {
    deployment,
    path: PATH,
    body: withModel(body, deployment.upstreamModel),
    headers: {
      "content-type": "application/json",
      accept: body.isStream ? "text/event-stream" : "application/json",
      "x-request-id": life.request.requestId,
    },
  };
}
