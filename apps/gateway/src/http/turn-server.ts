/** An HTTP server whose connections take turns, as both planes have one. */
import { createServer } from "node:http";
import type { Server, ServerOptions } from "node:http";
import { SERVER_LIMITS } from "./server-limits.ts";
import type { Handle, Turns } from "./turns.ts";

export interface TurnServerOptions {
  readonly turns: Turns;
  /** Has to say `100 Continue` itself if it wants the body of a client that waits for that. */
  readonly handle: Handle;
  /** For an `expect` header that says anything but `100-continue`. */
  readonly handleExpectation: Handle;
  readonly http?: ServerOptions;
}

export function createTurnServer(options: TurnServerOptions): Server {
  const { turns, handle, handleExpectation, http } = options;
  const server = createServer({ ...SERVER_LIMITS, ...http });
  const take: Handle = (message, response) => turns.take({ message, response, handle });
  server.on("request", take);
  // Without this Node would say `100 Continue` by itself, also to whoever is about to be refused.
  server.on("checkContinue", take);
  server.on("checkExpectation", (message, response) =>
    turns.take({ message, response, handle: handleExpectation }),
  );
  return server;
}
