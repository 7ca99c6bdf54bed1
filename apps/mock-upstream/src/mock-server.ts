/** The mock as an HTTP server: routes, statistics, start and stop. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { Clockwork } from "./clockwork.ts";
import { toErrorBody } from "./error-body.ts";
import { FailureSchedule } from "./failure-schedule.ts";
import { INFERENCE_PATHS, Inference } from "./inference.ts";
import { Journal } from "./journal.ts";
import type { MockStats } from "./journal.ts";
import { PRESETS } from "./presets.ts";
import { TimelineCache } from "./timeline-cache.ts";

export interface MockUpstreamOptions {
  /** Default 0: any free port. */
  readonly port?: number;
  /** Default `127.0.0.1`. */
  readonly host?: string;
}

export interface MockUpstream {
  /** Base URL for OpenAI clients; ends in `/v1`. */
  readonly url: string;
  readonly port: number;
  stats(): MockStats;
  /** Forgets statistics and the counts of `failFirst` and `failEvery`. */
  reset(): void;
  /** Cuts all connections. */
  close(): Promise<void>;
}

/** Room for a load test that opens all its connections at once; the kernel may allow fewer. */
const BACKLOG = 4_096;

/** @throws what `listen` reports, e.g. `EADDRINUSE`. */
export async function startMockUpstream(options: MockUpstreamOptions = {}): Promise<MockUpstream> {
  const { port = 0, host = "127.0.0.1" } = options;
  const journal = new Journal();
  const failures = new FailureSchedule();
  const clockwork = new Clockwork();
  const timelines = new TimelineCache();
  const inference = new Inference({ journal, failures, clockwork, timelines });
  const reset = (): void => {
    journal.reset();
    failures.reset();
  };
  const server = createServer(toListener(inference, journal, reset));
  // An idle connection is closed only where a scenario says so.
  server.keepAliveTimeout = 0;
  server.on("connection", (socket) => {
    journal.connectionOpened();
    socket.once("close", () => journal.connectionClosed());
  });
  server.listen({ port, host, backlog: BACKLOG });
  await once(server, "listening");
  const actualPort = portOf(server);
  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${actualPort}/v1`,
    port: actualPort,
    stats: () => journal.stats(),
    reset,
    close: async () => {
      clockwork.stop();
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

type Listener = (request: IncomingMessage, response: ServerResponse) => void;

function toListener(inference: Inference, journal: Journal, reset: () => void): Listener {
  return (request, response) => {
    const { method = "", url = "" } = request;
    const [pathname = "", query] = url.split("?", 2);
    const endpoint = method === "POST" ? INFERENCE_PATHS.get(pathname) : undefined;
    if (endpoint !== undefined) {
      inference.answer(endpoint, request, response).catch((error: unknown) => {
        sendJson(response, 500, toErrorBody(500, { message: `Bug in the mock: ${String(error)}` }));
      });
      return;
    }
    request.resume();
    switch (`${method} ${pathname}`) {
      case "GET /v1/models":
        return sendJson(response, 200, modelList());
      case "GET /__stats":
        return sendJson(
          response,
          200,
          latest(journal.stats(), new URLSearchParams(query).get("recent")),
        );
      case "POST /__stats/reset":
        reset();
        return sendJson(response, 200, journal.stats());
      default:
        return sendJson(response, 404, notFound(method, pathname));
    }
  };
}

/** @param count How many of the last requests to show; all by default. */
function latest(stats: MockStats, count: string | null): MockStats {
  if (count === null) return stats;
  const wanted = Number(count);
  return { ...stats, recent: wanted > 0 ? stats.recent.slice(-wanted) : [] };
}

function notFound(method: string, path: string): object {
  const paths = [...INFERENCE_PATHS.keys()].map((known) => `POST ${known}`);
  const all = [...paths, "GET /v1/models", "GET /__stats", "POST /__stats/reset"].join(", ");
  const message = `Unknown request URL: ${method} ${path}. There is ${all}.`;
  return toErrorBody(404, { message, code: "unknown_url" });
}

function modelList(): object {
  const ids = ["mock", ...[...PRESETS.keys()].map((preset) => `mock/${preset}`)];
  const data = ids.map((id) => ({ id, object: "model", created: 0, owned_by: "mock-upstream" }));
  return { object: "list", data };
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const bytes = Buffer.from(JSON.stringify(body));
  response.writeHead(status, {
    "content-type": "application/json",
    "content-length": bytes.length,
  });
  response.end(bytes);
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === "string") throw new TypeError("not a TCP server");
  return address.port;
}
