/**
 * The data plane: routes requests to endpoints and hands each to the pipeline. Fastify routes; from
 * there on bytes go to the socket without it.
 */
import type { AddressInfo, Socket } from "node:net";
import type { EndpointName } from "@slipstream/contracts/endpoint";
import { GatewayError, toGatewayError } from "@slipstream/contracts/errors";
import { unsupportedMediaType } from "@slipstream/pipeline/body-rules";
import { NO_RETRY } from "@slipstream/pipeline/client-retries";
import { handleRequest } from "@slipstream/pipeline/handle-request";
import type { Serve } from "@slipstream/pipeline/handle-request";
import { shuttingDown } from "@slipstream/pipeline/open-requests";
import type { PipelinePorts } from "@slipstream/pipeline/pipeline-ports";
import fastify from "fastify";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { ListenAddress } from "../config/config.ts";
import { answerBrokenHttp } from "./broken-http.ts";
import { ENDPOINTS, findMethod } from "./endpoints.ts";
import { HttpRequest, HttpResponse } from "./http-exchange.ts";
import { isNotCarried } from "./not-carried.ts";
import { SERVER_LIMITS } from "./server-limits.ts";

/** Model names hold slashes and grow long; the rest of a path beyond this is not looked at. */
const PATH_REST_MAX = 512;

export interface DataServer {
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
  const busySockets = new WeakSet<Socket>();
  let stage: "open" | "closing" | "stopped" = "open";

  function handle(
    request: FastifyRequest,
    reply: FastifyReply,
    endpoint: EndpointName,
    serve: Serve,
  ): void {
    reply.hijack();
    const { socket } = request.raw;
    busySockets.add(socket);
    reply.raw.once("close", () => busySockets.delete(socket));
    const clientRequest = new HttpRequest(request.raw, endpoint);
    const clientResponse = new HttpResponse(reply.raw, {
      "x-request-id": clientRequest.requestId,
      ...(stage === "open" ? {} : { connection: "close" }),
    });
    const serveOrRefuse = stage === "stopped" ? refuseLate : serve;
    // Never rejects.
    void handleRequest(ports, { request: clientRequest, response: clientResponse }, serveOrRefuse);
  }

  function refuse(request: FastifyRequest, reply: FastifyReply, error: GatewayError): void {
    handle(request, reply, "unknown", () => Promise.reject(error));
  }

  const server = fastify({
    ...SERVER_LIMITS,
    routerOptions: { maxParamLength: PATH_REST_MAX },
    exposeHeadRoutes: false,
    // We answer in our own envelope.
    return503OnClosing: false,
    clientErrorHandler: (error, socket) => answerBrokenHttp(error, socket, busySockets),
    frameworkErrors: (_error, request, reply) => {
      refuse(request, reply, new GatewayError("invalid_http", "The URL is not valid."));
    },
  });

  // The pipeline reads the body itself, after it knows who is asking.
  server.removeAllContentTypeParsers();
  server.addContentTypeParser("*", (_request, payload, done) => done(null, payload));
  for (const { method, path, name, serve } of ENDPOINTS) {
    server.route<{ Params: { "*"?: string } }>({
      method,
      url: path,
      handler: (request, reply) => {
        const rest = request.params["*"] ?? "";
        handle(request, reply, name, (life) => serve(ports, life, rest));
      },
    });
  }
  server.setNotFoundHandler((request, reply) => refuse(request, reply, toRoutingError(request)));
  server.setErrorHandler((thrown, request, reply) => {
    refuse(
      request,
      reply,
      isMediaTypeError(thrown) ? unsupportedMediaType() : toGatewayError(thrown),
    );
  });
  let closed: Promise<void> | undefined;
  return {
    async listen(address) {
      await server.listen(address);
      return server.server.address();
    },
    announceClosing() {
      stage = "closing";
    },
    stopListening() {
      stage = "stopped";
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
/** Fastify reads the content type before any handler does. */
function isMediaTypeError(thrown: unknown): boolean {
  return thrown instanceof Error && "statusCode" in thrown && thrown.statusCode === 415;
}

function refuseLate(): Promise<never> {
  return Promise.reject(shuttingDown());
}

/** Characters of the client's own path that an error repeats to it. */
const PATH_SHOWN_MAX = 100;

/** Without the query, which some clients put keys into. */
function toRoutingError(request: FastifyRequest): GatewayError {
  const path = request.url.split("?", 1)[0] ?? "";
  const shown = path.slice(0, PATH_SHOWN_MAX);
  const allow = findMethod(path);
  if (allow === undefined) return toUnknownUrl(path, `${request.method} ${shown}`);
  const message = `${shown} is served with ${allow}, not with ${request.method}.`;
  return new GatewayError("method_not_allowed", message, { headers: { allow } });
}

function toUnknownUrl(path: string, shown: string): GatewayError {
  const message = isNotCarried(path)
    ? `Slipstream does not carry this endpoint of OpenAI's: ${shown}`
    : `Unknown URL: ${shown}`;
  return new GatewayError("unknown_url", message, { headers: NO_RETRY });
}
