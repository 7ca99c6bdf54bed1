import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { systemClock } from "../system-clock.ts";
import { createAdminServer } from "./admin-server.ts";

/** More than the operating system takes off our hands. */
const PAGE_BYTES = 64 * 1024 * 1024;

const STALL_MS = 100;

test("a scraper that reads nothing is given up", async () => {
  const server = createAdminServer({
    clock: systemClock,
    metrics: { contentType: "text/plain", render: async () => "x".repeat(PAGE_BYTES) },
    readiness: () => ({ isReady: true, problems: [] }),
    stallMs: STALL_MS,
  });
  onTestFinished(() => server.close());
  const address = await server.listen({ host: "127.0.0.1", port: 0 });
  const port = typeof address === "object" ? (address?.port ?? 0) : 0;
  const socket = connect(port, "127.0.0.1").pause();
  // It is cut in the middle of an answer, which may show as a reset.
  socket.on("error", () => undefined);
  await once(socket, "connect");
  socket.write("GET /metrics HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
  const closed = new Promise((resolve) => socket.once("close", resolve));
  // Both sides are in this process, whose timers fire in their order.
  await setTimeout(STALL_MS * 10);
  socket.resume();
  await closed;
  // What the operating system had taken; all the rest would come now if the server still held it.
  expect(socket.bytesRead).toBeLessThan(PAGE_BYTES);
});
