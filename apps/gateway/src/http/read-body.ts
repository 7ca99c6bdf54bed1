/**
 * Reads a request body up to a bound.
 */
import type { IncomingMessage } from "node:http";
import { GatewayError } from "@slipstream/contracts/errors";
import { HeldBytes } from "@slipstream/streaming-core/held-bytes";

/**
 * @throws {GatewayError} `body_too_large`, before anything is read where the client has said how much
 *   it will send; `invalid_http` when the body was cut short.
 */
export function readBody(message: IncomingMessage, bytesMax: number): Promise<Buffer> {
  const announced = Number(message.headers["content-length"] ?? 0);
  if (announced > bytesMax) return Promise.reject(tooLarge(bytesMax));
  return new Promise((resolve, reject) => {
    const held = new HeldBytes(announced > 0 ? announced : undefined);
    message.on("data", (piece: Buffer) => {
      if (held.length > bytesMax) return;
      held.add(piece);
      if (held.length > bytesMax) reject(tooLarge(bytesMax));
    });
    message.on("end", () => resolve(held.take()));
    message.on("close", () => {
      if (!message.complete) reject(cutShort());
    });
    // "close" follows and says the same.
    message.on("error", () => undefined);
  });
}

function tooLarge(bytesMax: number): GatewayError {
  const message = `The request body is larger than ${bytesMax} bytes.`;
  return new GatewayError("body_too_large", message);
}

export function cutShort(): GatewayError {
  return new GatewayError("invalid_http", "The request body was cut short.");
}
