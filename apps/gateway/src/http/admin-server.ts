/**
 * The admin plane: health and metrics, on an address of its own.
 */
import type { AddressInfo } from "node:net";
import type { Metrics } from "@slipstream/telemetry/metrics";
import fastify from "fastify";
import type { ListenAddress } from "../config/config.ts";
import type { Readiness } from "../readiness.ts";
import { SERVER_LIMITS } from "./server-limits.ts";

export interface AdminServerOptions {
  readonly metrics: Metrics;
  /** Asked by every probe: it must cost nothing. */
  readonly readiness: () => Readiness;
}

export interface AdminServer {
  /** @returns the address that is listened on. */
  listen(address: ListenAddress): Promise<AddressInfo | string | null>;
  close(): Promise<void>;
}

export function createAdminServer({ metrics, readiness }: AdminServerOptions): AdminServer {
  const server = fastify({ ...SERVER_LIMITS, forceCloseConnections: true });
  server.get("/healthz", () => ({ status: "ok" }));
  server.get("/readyz", (_request, reply) => {
    const { isReady, problems } = readiness();
    const status = isReady ? "ready" : "not ready";
    return reply.code(isReady ? 200 : 503).send({ status, problems });
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
