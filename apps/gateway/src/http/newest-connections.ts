/**
 * Keeps the number of connections within a bound by closing the oldest for a new one. Whoever holds many
 * loses its own, and a short-lived probe always gets through.
 */
import type { Server, Socket } from "node:net";

export function keepNewestConnections(server: Server, max: number): void {
  // In the order in which they came.
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    if (sockets.size <= max) return;
    const [oldest] = sockets;
    // Out at once: it may take some turns until it is closed.
    if (oldest !== undefined) sockets.delete(oldest);
    oldest?.destroy();
  });
}
