/**
 * The model list and single models, as OpenAI shows them.
 *
 * Source: `ListModelsResponse` and `Model` in OpenAI's OpenAPI file.
 */
import type { Route } from "@slipstream/contracts/deployment";
import type { PipelinePorts } from "./pipeline-ports.ts";
import type { RequestLife } from "./request-life.ts";
import { unknownModel } from "./unknown-model.ts";

export async function serveModelList(ports: PipelinePorts, life: RequestLife): Promise<void> {
  life.facts.principal = await ports.authenticator.authenticate(life.request.authorization);
  answerJson(life, { object: "list", data: ports.pool.routes.map(toModel) });
}

export async function serveModel(
  ports: PipelinePorts,
  life: RequestLife,
  name: string,
): Promise<void> {
  life.facts.principal = await ports.authenticator.authenticate(life.request.authorization);
  const route = ports.pool.findRoute(name);
  if (route === undefined) throw unknownModel(name);
  life.facts.model = route.model;
  answerJson(life, toModel(route));
}

/** `created` is when a model was made, which we do not know; OpenAI's clients want a number there. */
function toModel(route: Route): object {
  return { id: route.model, object: "model", created: 0, owned_by: "slipstream" };
}

function answerJson(life: RequestLife, value: object): void {
  const headers = { "content-type": "application/json; charset=utf-8" };
  life.answer(200, headers, Buffer.from(JSON.stringify(value)));
}
