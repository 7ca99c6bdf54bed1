/**
 * Where requests leave Fastify and enter the pipeline, or are turned away because the gateway is ending.
 */
import type { Socket } from "node:net";
import type { EndpointName } from "@slipstream/contracts/endpoint";
import type { GatewayError } from "@slipstream/contracts/errors";
import { handleRequest } from "@slipstream/pipeline/handle-request";
import type { Serve } from "@slipstream/pipeline/handle-request";
import { shuttingDown } from "@slipstream/pipeline/open-requests";
import type { PipelinePorts } from "@slipstream/pipeline/pipeline-ports";
import type { FastifyReply, FastifyRequest } from "fastify";
import { HttpRequest, HttpResponse } from "./http-exchange.ts";

export class Entrance {
  readonly #ports: PipelinePorts;
  readonly #busySockets = new WeakSet<Socket>();
  #stage: "open" | "closing" | "closed" = "open";

  constructor(ports: PipelinePorts) {
    this.#ports = ports;
  }

  /** Connections with a response under way. */
  get busySockets(): Pick<WeakSet<Socket>, "has"> {
    return this.#busySockets;
  }

  /** From now on every response tells its client to connect anew, which may lead elsewhere. */
  announceClosing(): void {
    this.#stage = "closing";
  }

  /** From now on requests are refused; they still come on connections that are open. */
  close(): void {
    this.#stage = "closed";
  }

  enter(request: FastifyRequest, reply: FastifyReply, name: EndpointName, serve: Serve): void {
    reply.hijack();
    const { socket } = request.raw;
    this.#busySockets.add(socket);
    reply.raw.once("close", () => this.#busySockets.delete(socket));
    const clientRequest = new HttpRequest(request.raw, name);
    const clientResponse = new HttpResponse(reply.raw, {
      "x-request-id": clientRequest.requestId,
      ...(this.#stage === "open" ? {} : { connection: "close" }),
    });
    const exchange = { request: clientRequest, response: clientResponse };
    // Never rejects.
    void handleRequest(this.#ports, exchange, this.#stage === "closed" ? refuseLate : serve);
  }

  refuse(request: FastifyRequest, reply: FastifyReply, error: GatewayError): void {
    this.enter(request, reply, "unknown", () => Promise.reject(error));
  }
}

function refuseLate(): Promise<never> {
  return Promise.reject(shuttingDown());
}
