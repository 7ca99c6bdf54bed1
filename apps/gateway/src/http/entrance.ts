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
  /** Responses under way by connection: with pipelining there may be several. */
  readonly #running = new WeakMap<Socket, number>();
  #stage: "open" | "closing" | "closed" = "open";

  constructor(ports: PipelinePorts) {
    this.#ports = ports;
  }

  /** Whether a response is under way on this connection. */
  isBusy(socket: Socket): boolean {
    return (this.#running.get(socket) ?? 0) > 0;
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
    this.#count(socket, 1);
    reply.raw.on("close", () => this.#count(socket, -1));
    const clientRequest = new HttpRequest(request.raw, name);
    const clientResponse = new HttpResponse(reply.raw, {
      "x-request-id": clientRequest.requestId,
      ...(this.#stage === "open" ? {} : { connection: "close" }),
    });
    const exchange = { request: clientRequest, response: clientResponse };
    // Never rejects.
    void handleRequest(this.#ports, exchange, this.#stage === "closed" ? refuseLate : serve);
  }

  #count(socket: Socket, change: 1 | -1): void {
    this.#running.set(socket, (this.#running.get(socket) ?? 0) + change);
  }

  refuse(request: FastifyRequest, reply: FastifyReply, error: GatewayError): void {
    this.enter(request, reply, "unknown", () => Promise.reject(error));
  }
}

function refuseLate(): Promise<never> {
  return Promise.reject(shuttingDown());
}
