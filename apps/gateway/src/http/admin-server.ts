/**
 * The admin plane: health and metrics, on an address of its own.
 */
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Clock } from "@slipstream/contracts/clock";
import type { Metrics } from "@slipstream/telemetry/metrics";
import fastify from "fastify";
import type { ListenAddress } from "../config/config.ts";
import type { Readiness } from "../readiness.ts";
import { answerExpectation } from "./broken-http.ts";
import { keepNewestConnections } from "./newest-connections.ts";
import { SharedResult } from "./shared-result.ts";
import { createTurnServer } from "./turn-server.ts";
import { Turns } from "./turns.ts";
import type { Handle } from "./turns.ts";

/** Two Prometheus servers, the probes of an orchestrator and somebody who looks need about ten. */
const CONNECTIONS_MAX = 64;

/** Prometheus itself waits that long for a page, ms. */
const STALL_MS = 10_000;

export interface AdminServerOptions {
  readonly clock: Clock;
  readonly metrics: Pick<Metrics, "contentType" | "render">;
  /** A client that takes nothing of its answer for that long is given up, ms. */
  readonly stallMs?: number;
  /** Asked by every probe: it must cost nothing. */
  readonly readiness: () => Readiness;
}

export interface AdminServer {
  /** @returns the address that is listened on. */
  listen(address: ListenAddress): Promise<AddressInfo | string | null>;
  close(): Promise<void>;
}

export function createAdminServer(options: AdminServerOptions): AdminServer {
  const { clock, metrics, readiness, stallMs = STALL_MS } = options;
  const server = fastify({
    serverFactory: (route) => createHttpServer(route, stallMs),
    forceCloseConnections: true,
  });
  // Bytes, not text: all answers share them.
  const page = new SharedResult({
    clock,
    make: async () => Buffer.from(await metrics.render()),
  });
  server.get("/healthz", () => ({ status: "ok" }));
  server.get("/readyz", (_request, reply) => {
    const { isReady, problems } = readiness();
    const status = isReady ? "ready" : "not ready";
    return reply.code(isReady ? 200 : 503).send({ status, problems });
  });
  server.get("/metrics", async (_request, reply) =>
    reply.header("content-type", metrics.contentType).send(await page.get()),
  );
  return {
    async listen(address) {
      await server.listen(address);
      return server.server.address();
    },
    close: () => server.close(),
  };
}

function createHttpServer(route: Handle, stallMs: number): Server {
  const server = createTurnServer({
    turns: new Turns(),
    handle: route,
    handleExpectation: answerExpectation,
  });
  server.setTimeout(stallMs);
  keepNewestConnections(server, CONNECTIONS_MAX);
  return server;
}
