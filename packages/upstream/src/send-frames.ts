/** Sends a request's body while it arrives, at the pace in which the upstream reads. */
import type { Socket } from "node:net";
import { InvariantError } from "@slipstream/contracts/errors";
import type { StreamedBody } from "@slipstream/contracts/upstream";

const HEXADECIMAL = 16;

/**
 * Ends early, and lets go of the body, when the socket is destroyed: at once where it waits for the socket,
 * with the next frame where it waits for the body.
 *
 * @throws what the body throws
 */
export async function sendFrames(socket: Socket, body: StreamedBody): Promise<void> {
  const { bytes } = body;
  let sentBytes = 0;
  for await (const frame of body.frames) {
    if (socket.destroyed) return;
    // An empty chunk would be the end.
    if (frame.length === 0) continue;
    sentBytes += frame.length;
    if (bytes !== undefined && sentBytes > bytes) throw new InvariantError("a body is too long");
    const keepsUp = bytes === undefined ? writeChunk(socket, frame) : socket.write(frame);
    if (!keepsUp) await drained(socket);
  }
  if (socket.destroyed) return;
  if (bytes === undefined) socket.write("0\r\n\r\n");
  else if (sentBytes < bytes) throw new InvariantError("a body is too short");
}

function writeChunk(socket: Socket, frame: Uint8Array): boolean {
  socket.cork();
  socket.write(`${frame.length.toString(HEXADECIMAL)}\r\n`);
  socket.write(frame);
  const keepsUp = socket.write("\r\n");
  socket.uncork();
  return keepsUp;
}

/** Or destroyed. */
function drained(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const goOn = (): void => {
      socket.off("drain", goOn).off("close", goOn);
      resolve();
    };
    socket.on("drain", goOn).on("close", goOn);
    if (socket.destroyed) goOn();
  });
}
