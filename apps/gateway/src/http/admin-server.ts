/**
 * The admin plane: health and metrics, on an address of its own.
 */
import type { AddressInfo } from "node:net";
import type { Metrics } from "@slipstream/telemetry/metrics";
import fastify from "fastify";
import type { ListenAddress } from "../config/config.ts";
import { SERVER_LIMITS } from "./server-limits.ts";

export interface AdminServerOptions {
  readonly metrics: Metrics;
  /** Whether new requests should come here. Rejects or says no: they should not. */
  readonly isReady: () => Promise<boolean>;
}

export interface AdminServer {
  /** @returns the address that is listened on. */
  listen(address: ListenAddress): Promise<AddressInfo | string | null>;
  close(): Promise<void>;
}

export function createAdminServer({ metrics, isReady }: AdminServerOptions): AdminServer {
  const server = fastify({ ...SERVER_LIMITS, forceCloseConnections: true });
  server.get("/healthz", () => ({ status: "ok" }));
  server.get("/readyz", async (_request, reply) => {
    const ready = await isReady().catch(() => false);
    return reply.code(ready ? 200 : 503).send({ status: ready ? "ready" : "not ready" });
  });
  server.get("/metrics", async (_request, reply) =>
    reply.header("content-type", metrics.contentType).send(await metrics.render()),
  );
  return {
    async listen(address) {
      await server.listen(address);
      return server.server.address();
    },
    close: () => server.close(),
  };
}
