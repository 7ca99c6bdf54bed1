/**
 * Answers to what is not HTTP, or comes too slowly to become a request. There is no request yet, so
 * these are in no metric of requests.
 */
import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { toErrorEnvelope } from "@slipstream/contracts/error-envelope";
import { GatewayError } from "@slipstream/contracts/errors";
import { toRoutingError } from "./routing-errors.ts";

/** @param isBusy A response is under way: nothing may be written into it. */
export function answerBrokenHttp(error: ConnectionError, socket: Socket, isBusy: boolean): void {
  if (error.code === "ECONNRESET" || !socket.writable || isBusy) {
    socket.destroy();
    return;
  }
  writeRefusal(socket, toRefusal(error.code ?? ""));
}

/** After CONNECT a connection is no HTTP any more for Node, so that there is nothing else to answer with. */
export function answerConnect(message: IncomingMessage, isBusy: boolean): void {
  const { socket } = message;
  // Node listens to the socket no longer; "close" follows and says the same.
  socket.on("error", () => undefined);
  if (isBusy) socket.destroy();
  else writeRefusal(socket, toRoutingError(message));
}

/** Closes the connection. */
function writeRefusal(socket: Socket, refusal: GatewayError): void {
  const body = JSON.stringify(toErrorEnvelope(refusal));
  socket.write(
    [
      `HTTP/1.1 ${refusal.spec.status} Refused`,
      ...Object.entries(refusal.headers).map(([name, value]) => `${name}: ${value}`),
      "content-type: application/json; charset=utf-8",
      `content-length: ${Buffer.byteLength(body)}`,
      `x-request-id: ${randomUUID()}`,
      "connection: close",
      "",
      body,
    ].join("\r\n"),
  );
  // Not `end`: a client that does not close its half would keep the connection for as long as it likes.
  socket.destroySoon();
}

/** `100-continue` is the only expectation that there is; Node answers that one itself. */
export function answerExpectation(_message: IncomingMessage, response: ServerResponse): void {
  const refusal = new GatewayError("invalid_http", "The `expect` header asks for what is unknown.");
  response.writeHead(refusal.spec.status, {
    "content-type": "application/json; charset=utf-8",
    "x-request-id": randomUUID(),
    connection: "close",
  });
  response.end(JSON.stringify(toErrorEnvelope(refusal)));
}

interface ConnectionError extends Error {
  readonly code?: string;
}

function toRefusal(code: string): GatewayError {
  if (code === "ERR_HTTP_REQUEST_TIMEOUT") {
    return new GatewayError("body_timeout", "The request headers did not arrive in time.");
  }
  if (code === "HPE_HEADER_OVERFLOW") {
    return new GatewayError("headers_too_large", "The request headers are too large.");
  }
  return new GatewayError("invalid_http", "The request is not valid HTTP.");
}
