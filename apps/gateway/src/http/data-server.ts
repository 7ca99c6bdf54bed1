/**
 * The data plane: routes requests to endpoints and hands each to the pipeline. Fastify routes; from
 * there on bytes go to the socket without it.
 */
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { GatewayError } from "@slipstream/contracts/errors";
import type { PipelinePorts } from "@slipstream/pipeline/pipeline-ports";
import fastify from "fastify";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { ListenAddress } from "../config/config.ts";
import { answerBrokenHttp, answerConnect, answerExpectation } from "./broken-http.ts";
import { ClientConnections } from "./client-connections.ts";
import { ENDPOINTS, METHODS } from "./endpoints.ts";
import { Entrance } from "./entrance.ts";
import type { Incoming } from "./entrance.ts";
import { findMessageFault } from "./message-faults.ts";
import { toError, toRoutingError } from "./routing-errors.ts";
import { createTurnServer } from "./turn-server.ts";
import { Turns } from "./turns.ts";
import type { Handle } from "./turns.ts";

/** Model names hold slashes and grow long; the rest of a path beyond this is not looked at. */
const PATH_REST_MAX = 512;

export interface DataServer {
  /** Connections of clients that are open. */
  readonly connections: number;
  /** The part that they are of those that there may be. */
  readonly usedPart: number;
  /** @returns the address that is listened on. */
  listen(address: ListenAddress): Promise<AddressInfo | string | null>;
  /** Answers still come, but each tells its client to connect anew, which may lead elsewhere. */
  announceClosing(): void;
  /** Takes no new connections and no new requests. */
  stopListening(): void;
  /** Cuts whatever is still open. */
  close(): Promise<void>;
}

/** @param connectionsMax Of clients; who connects beyond that is refused. */
export function createDataServer(ports: PipelinePorts, connectionsMax: number): DataServer {
  const connections = new ClientConnections(connectionsMax);
  const entrance = new Entrance(ports, connections);
  const server = createRouter(ports, entrance, connections);
  let closed: Promise<void> | undefined;
  return {
    get connections() {
      return connections.count;
    },
    get usedPart() {
      return connections.count / connectionsMax;
    },
    async listen(address) {
      await server.listen(address);
      return server.server.address();
    },
    announceClosing: () => entrance.announceClosing(),
    stopListening() {
      entrance.close();
      closed ??= server.close();
    },
    async close() {
      closed ??= server.close();
      // Also those on which no request has come yet: Node does not count them as idle.
      server.server.closeAllConnections();
      await closed;
    },
  };
}

function createRouter(
  ports: PipelinePorts,
  entrance: Entrance,
  connections: ClientConnections,
): FastifyInstance {
  const turns = new Turns();
  const server = fastify({
    routerOptions: { maxParamLength: PATH_REST_MAX },
    exposeHeadRoutes: false,
    // We answer in our own envelope.
    return503OnClosing: false,
    // On close: idle connections at once, running answers when they end.
    forceCloseConnections: "idle",
    serverFactory(route) {
      const http = createHttpServer(turns, entrance, route);
      connections.watch(http);
      return http;
    },
    clientErrorHandler: (error, socket) => answerBrokenHttp(error, socket, turns.isBusy(socket)),
    frameworkErrors: (_error, request, reply) => {
      entrance.refuse(
        leave(request, reply),
        new GatewayError("invalid_http", "The URL is not valid."),
      );
    },
  });
  // Of requests that no route takes: nobody reads their bodies.
  server.removeAllContentTypeParsers();
  server.addContentTypeParser("*", (_request, payload, done) => done(null, payload));
  for (const { method, path, name, serve } of ENDPOINTS) {
    server.route<{ Params: { "*"?: string } }>({
      method,
      url: path,
      // Nothing of Fastify's comes after it: neither bodies nor answers are its business.
      onRequest: (request, reply) => {
        const rest = request.params["*"] ?? "";
        entrance.enter(leave(request, reply), name, (life) => serve(ports, life, rest));
      },
      handler: () => undefined,
    });
  }
  server.setNotFoundHandler((request, reply) => {
    entrance.refuse(leave(request, reply), toRoutingError(request.raw));
  });
  server.setErrorHandler((thrown, request, reply) => {
    entrance.refuse(leave(request, reply), toError(thrown));
  });
  return server;
}

/** Before Fastify stands what it cannot say in our words, or would not say at all. */
function createHttpServer(turns: Turns, entrance: Entrance, route: Handle): Server {
  const server = createTurnServer({
    turns,
    handle(message, response) {
      const fault = findMessageFault(message);
      if (fault !== undefined) entrance.refuse({ message, response }, fault);
      else if (METHODS.has(message.method ?? "")) route(message, response);
      else entrance.refuse({ message, response }, toRoutingError(message));
    },
    handleExpectation: answerExpectation,
    // We say it ourselves, in our envelope.
    http: { requireHostHeader: false },
  });
  server.on("connect", (message) => answerConnect(message, turns.isBusy(message.socket)));
  return server;
}

/** From here on Fastify has no part in it. */
function leave(request: FastifyRequest, reply: FastifyReply): Incoming {
  reply.hijack();
  return { message: request.raw, response: reply.raw };
}
