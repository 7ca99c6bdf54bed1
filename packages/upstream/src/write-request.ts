/** Writes a request whose body is known. */
import type { Socket } from "node:net";

/** Up to here a copy is cheaper than a gathered write. */
const COPIED_BYTES_MAX = 32 * 1024;

/** @param head One character per byte. */
export function writeRequest(socket: Socket, head: string, body: Uint8Array): void {
  if (body.length <= COPIED_BYTES_MAX) {
    const bytes = Buffer.allocUnsafe(head.length + body.length);
    bytes.write(head, "latin1");
    bytes.set(body, head.length);
    socket.write(bytes);
    return;
  }
  socket.cork();
  socket.write(head, "latin1");
  socket.write(body);
  socket.uncork();
}
