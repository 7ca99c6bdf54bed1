/**
 * Where requests enter the pipeline, or are turned away: because the gateway is ending, or has
 * enough to do. That is decided before their key is looked up and before their body is read.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { EndpointName } from "@slipstream/contracts/endpoint";
import type { GatewayError } from "@slipstream/contracts/errors";
import { handleRequest } from "@slipstream/pipeline/handle-request";
import type { Serve } from "@slipstream/pipeline/handle-request";
import { shuttingDown } from "@slipstream/pipeline/open-requests";
import type { PipelinePorts } from "@slipstream/pipeline/pipeline-ports";
import type { ClientConnections } from "./client-connections.ts";
import { HttpRequest, HttpResponse } from "./http-exchange.ts";
import { discardSmallBody } from "./linger.ts";

/** A request and where its answer goes. */
export interface Incoming {
  readonly message: IncomingMessage;
  readonly response: ServerResponse;
}

export class Entrance {
  readonly #ports: PipelinePorts;
  readonly #connections: ClientConnections;
  #stage: "open" | "closing" | "closed" = "open";

  constructor(ports: PipelinePorts, connections: ClientConnections) {
    this.#ports = ports;
    this.#connections = connections;
  }

  /** From now on every response tells its client to connect anew, which may lead elsewhere. */
  announceClosing(): void {
    this.#stage = "closing";
  }

  /** From now on requests are refused; they still come on connections that are open. */
  close(): void {
    this.#stage = "closed";
  }

  enter(incoming: Incoming, name: EndpointName, serve: Serve): void {
    const { message, response } = incoming;
    const refusal = this.#findRefusal(message);
    if (refusal !== undefined) {
      discardSmallBody(message);
      this.#begin(incoming, name, refuseWith(refusal));
      return;
    }
    // Node tells us of no expectation that is not this one (RFC 9110 section 10.1.1).
    const awaitsContinue = message.headers.expect !== undefined && message.httpVersion === "1.1";
    if (awaitsContinue) response.writeContinue();
    this.#begin(incoming, name, serve);
  }

  refuse(incoming: Incoming, error: GatewayError): void {
    this.#begin(incoming, "unknown", refuseWith(this.#findRefusal(incoming.message) ?? error));
  }

  #findRefusal({ socket }: IncomingMessage): GatewayError | undefined {
    if (this.#stage === "closed") return shuttingDown();
    const { admission } = this.#ports;
    if (!this.#connections.isSurplus(socket)) return admission.findRefusal();
    return admission.refuseConnection();
  }

  #begin({ message, response }: Incoming, name: EndpointName, serve: Serve): void {
    const clientRequest = new HttpRequest(message, name);
    const clientResponse = new HttpResponse(response, {
      "x-request-id": clientRequest.requestId,
      ...(this.#stage === "open" ? {} : { connection: "close" }),
    });
    // Never rejects.
    void handleRequest(this.#ports, { request: clientRequest, response: clientResponse }, serve);
  }
}

/** Does not throw, which costs as much as all the rest of a refusal. */
function refuseWith(error: GatewayError): Serve {
  return async (life) => life.fail(error);
}
