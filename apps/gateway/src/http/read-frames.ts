/**
 * Reads a request body as it arrives, at the pace of whoever asks.
 */
import type { IncomingMessage } from "node:http";
import { cutShort } from "./read-body.ts";

/** @throws {GatewayError} `invalid_http` when the body was cut short. */
export async function* readFrames(message: IncomingMessage): AsyncGenerator<Buffer, void> {
  // A message that is destroyed takes its connection along, and with it the answer.
  const frames: AsyncIterable<Buffer> = message.iterator({ destroyOnReturn: false });
  try {
    yield* frames;
  } catch {
    throw cutShort();
  } finally {
    // What nobody wants any more still has to be taken off the connection.
    message.resume();
  }
}
