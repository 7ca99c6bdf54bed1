/**
 * An inference: authenticate → read → route → attempt, until one succeeds or none is left.
 */
import type { StreamDialect } from "@slipstream/contracts/chunk";
import type { Deployment, Route } from "@slipstream/contracts/deployment";
import { InvariantError } from "@slipstream/contracts/errors";
import type { GatewayError } from "@slipstream/contracts/errors";
import type {
  AttemptFacts,
  FailedAttempt,
  TraceHeaders,
} from "@slipstream/contracts/request-events";
import type { UpstreamRequest } from "@slipstream/contracts/upstream";
import type { BodyHold } from "./admission.ts";
import { runAttempt } from "./attempt.ts";
import { toLastWord } from "./client-retries.ts";
import type { InferenceEndpoint } from "./inference-endpoint.ts";
import type { PipelinePorts } from "./pipeline-ports.ts";
import { readRequestBody, toBytesMax } from "./read-request-body.ts";
import type { RequestBody } from "./request-body.ts";
import type { RequestLife } from "./request-life.ts";
import { planUsage } from "./usage-plan.ts";
import type { UsagePlan } from "./usage-plan.ts";
import { unknownModel } from "./unknown-model.ts";

/** All tries of one request, the first included: a dead fleet must not multiply its load. */
export const ATTEMPTS_MAX: number = 3;

export async function serveInference(
  ports: PipelinePorts,
  life: RequestLife,
  endpoint: InferenceEndpoint,
): Promise<void> {
  const { request, facts } = life;
  facts.operation = endpoint.operation;
  facts.principal = await ports.authenticator.authenticate(request.authorization);
  if (!life.isOpen) return;
  const hold = ports.admission.holdBody(toBytesMax(request, endpoint.body));
  try {
    await serveBody(ports, life, { endpoint, hold });
  } finally {
    hold.release();
  }
}

async function serveBody(
  ports: PipelinePorts,
  life: RequestLife,
  { endpoint, hold }: { readonly endpoint: InferenceEndpoint; readonly hold: BodyHold },
): Promise<void> {
  const { facts } = life;
  const body = await readRequestBody(life, ports, endpoint.body);
  if (body === undefined) return;
  hold.resize(facts.requestBytes);
  try {
    if (!life.isOpen) return;
    const route = ports.pool.findRoute(body.model);
    if (route === undefined) throw unknownModel(body.model);
    facts.model = route.model;
    facts.pricing = route.pricing;
    facts.isMetered = body.isStream && findStream(endpoint) !== undefined;
    facts.isStream = facts.isMetered;
    life.clientStallMs = route.deadlines.clientStallMs;
    await attemptInTurn(ports, life, { endpoint, route, body });
  } finally {
    body.release();
  }
}

/** How an endpoint's streams are read; `undefined` where they are not. */
function findStream({ answer }: InferenceEndpoint): StreamDialect | undefined {
  return answer.type === "json" ? answer.stream : undefined;
}

/** All that an attempt needs to know of its request. */
interface Inference {
  readonly endpoint: InferenceEndpoint;
  readonly route: Route;
  readonly body: RequestBody;
}

async function attemptInTurn(
  ports: PipelinePorts,
  life: RequestLife,
  inference: Inference,
): Promise<void> {
  const { endpoint, route, body } = inference;
  const { isStream } = life.facts;
  const tried = new Set<Deployment>();
  let lastError: GatewayError | undefined;
  let retryOf: FailedAttempt | undefined;
  for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
    const deployment = ports.pool.pick(route, tried);
    if (deployment === undefined) break;
    tried.add(deployment);
    const usage = planUsage(body, isStream ? findStream(endpoint) : undefined, deployment);
    const attemptFacts = toAttemptFacts(life, inference, { deployment, attempt });
    const end = await runAttempt(ports, {
      life,
      facts: attemptFacts,
      retryOf,
      toRequest: () => {
        const trace = ports.observer.traceHeaders(attemptFacts, life.request.trace);
        return toUpstreamRequest(life, inference, { deployment, usage, trace });
      },
      body,
      answer: endpoint.answer,
      isStream,
      usage,
      deadlines: route.deadlines,
      heartbeatMs: route.heartbeatMs,
    });
    if (end.type !== "failed" || !life.isOpen) return;
    lastError = end.error;
    retryOf = { code: lastError.code, durationMs: end.durationMs };
    if (!lastError.spec.retryable || !body.isHeld) break;
    if (attempt === ATTEMPTS_MAX) throw toLastWord(lastError);
  }
  throw lastError ?? new InvariantError("a route has no deployment");
}

function toAttemptFacts(
  life: RequestLife,
  { endpoint, route }: Inference,
  { deployment, attempt }: { readonly deployment: Deployment; readonly attempt: number },
): AttemptFacts {
  return {
    requestNumber: life.number,
    requestId: life.request.requestId,
    attempt,
    operation: endpoint.operation,
    model: route.model,
    provider: deployment.provider,
    deploymentId: deployment.id,
  };
}

interface Sending {
  readonly deployment: Deployment;
  readonly usage: UsagePlan;
  readonly trace: TraceHeaders;
}

function toUpstreamRequest(
  life: RequestLife,
  { endpoint, body }: Inference,
  { deployment, usage, trace }: Sending,
): UpstreamRequest {
  const { requestId } = life.request;
  return {
    deployment,
    path: endpoint.path,
    body: body.edit({ model: deployment.upstreamModel, streamOptions: usage.asked }),
    headers: {
      ...trace,
      "content-type": body.contentType,
      accept: toAccept(endpoint, life.facts.isStream),
      "x-request-id": requestId,
    },
  };
}

function toAccept({ answer }: InferenceEndpoint, isStream: boolean): string {
  if (answer.type === "passed") return "*/*";
  return isStream ? "text/event-stream" : "application/json";
}
