/**
 * The data plane: routes requests to endpoints and hands each to the pipeline. Fastify routes; from
 * there on bytes go to the socket without it.
 */
import type { AddressInfo } from "node:net";
import { GatewayError } from "@slipstream/contracts/errors";
import type { PipelinePorts } from "@slipstream/pipeline/pipeline-ports";
import fastify from "fastify";
import type { FastifyInstance } from "fastify";
import type { ListenAddress } from "../config/config.ts";
import { answerBrokenHttp, answerExpectation } from "./broken-http.ts";
import { ENDPOINTS } from "./endpoints.ts";
import { Entrance } from "./entrance.ts";
import { toError, toRoutingError } from "./routing-errors.ts";
import { SERVER_LIMITS } from "./server-limits.ts";

/** Model names hold slashes and grow long; the rest of a path beyond this is not looked at. */
const PATH_REST_MAX = 512;

export interface DataServer {
  /** Connections of clients that are open. */
  readonly connections: number;
  /** @returns the address that is listened on. */
  listen(address: ListenAddress): Promise<AddressInfo | string | null>;
  /** Answers still come, but each tells its client to connect anew, which may lead elsewhere. */
  announceClosing(): void;
  /** Takes no new connections and no new requests. */
  stopListening(): void;
  /** Cuts whatever is still open. */
  close(): Promise<void>;
}

export function createDataServer(ports: PipelinePorts): DataServer {
  const entrance = new Entrance(ports);
  const server = createRouter(ports, entrance);
  let closed: Promise<void> | undefined;
  let connections = 0;
  server.server.on("connection", (socket) => {
    connections++;
    socket.once("close", () => connections--);
  });
  return {
    get connections() {
      return connections;
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

function createRouter(ports: PipelinePorts, entrance: Entrance): FastifyInstance {
  const server = fastify({
    ...SERVER_LIMITS,
    routerOptions: { maxParamLength: PATH_REST_MAX },
    exposeHeadRoutes: false,
    // We answer in our own envelope.
    return503OnClosing: false,
    clientErrorHandler: (error, socket) => answerBrokenHttp(error, socket, entrance.isBusy(socket)),
    frameworkErrors: (_error, request, reply) => {
      entrance.refuse(request, reply, new GatewayError("invalid_http", "The URL is not valid."));
    },
  });
  server.server.on("checkExpectation", answerExpectation);
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
        entrance.enter(request, reply, name, (life) => serve(ports, life, rest));
      },
      handler: () => undefined,
    });
  }
  server.setNotFoundHandler((request, reply) => {
    entrance.refuse(request, reply, toRoutingError(request));
  });
  server.setErrorHandler((thrown, request, reply) => {
    entrance.refuse(request, reply, toError(thrown));
  });
  return server;
}
