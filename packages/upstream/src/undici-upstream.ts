/**
 * Adapter of the Upstream port over undici's dispatch interface: no fetch, no Web Stream, and a Readable
 * only for a request body that is sent while it arrives.
 *
 * Redirects are not followed, and answers are asked for without compression.
 */
import { Readable } from "node:stream";
import type { Deployment } from "@slipstream/contracts/deployment";
import type { StreamedBody, Upstream, UpstreamRequest } from "@slipstream/contracts/upstream";
import { Agent, Pool } from "undici";
import type { Dispatcher } from "undici";
import { Connection } from "./connection.ts";
import { createConnector } from "./connector.ts";
import { UndiciExchange } from "./undici-exchange.ts";

/** Connections per upstream origin. Each carries one exchange: a bound on sockets, not on the fleet. */
const CONNECTIONS_MAX = 4096;
/** Shorter than what servers keep idle connections for (Node, uvicorn: 5 s), so that we close first. */
const KEEP_ALIVE_TIMEOUT_MS = 4000;

export function createUndiciUpstream(): Upstream {
  const connector = createConnector();
  const { connect } = connector;
  const options: Agent.Options = {
    connections: CONNECTIONS_MAX,
    allowH2: false,
    connect,
    // Deadlines are the pipeline's: these count bytes, which a comment keeps coming.
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    factory: (origin, poolOptions: Pool.Options) =>
      new Pool(origin, {
        ...poolOptions,
        factory: (url, clientOptions) => new Connection(url, { ...clientOptions, connect }),
      }),
  };
  const agent = new Agent({ ...options, pipelining: 1 });
  // Keeps no connection, so that each request gets a new one.
  const freshAgent = new Agent({ ...options, pipelining: 0 });
  const addresses = new WeakMap<Deployment, Address>();

  return {
    send(request, sink) {
      let address = addresses.get(request.deployment);
      if (address === undefined) {
        address = toAddress(request.deployment);
        addresses.set(request.deployment, address);
      }
      const dispatched = toDispatchOptions(request, address);
      const exchange = new UndiciExchange(sink, () => {
        if (!(request.body instanceof Uint8Array)) return false;
        freshAgent.dispatch(dispatched, exchange);
        return true;
      });
      agent.dispatch(dispatched, exchange);
      return exchange;
    },
    async close() {
      const closed = Promise.all([agent.close(), freshAgent.close()]);
      connector.giveUp();
      await closed;
    },
  };
}

/** A base URL, taken apart once per deployment. */
interface Address {
  readonly origin: string;
  /** Without a trailing slash; "" for a base URL without a path. */
  readonly basePath: string;
}

function toAddress(deployment: Deployment): Address {
  const url = new URL(deployment.baseUrl);
  return { origin: url.origin, basePath: url.pathname.replace(/\/$/, "") };
}

function toDispatchOptions(request: UpstreamRequest, address: Address): Dispatcher.DispatchOptions {
  const { body, deployment } = request;
  const { apiKey } = deployment;
  return {
    origin: address.origin,
    path: address.basePath + request.path,
    method: "POST",
    headers: {
      ...request.headers,
      "accept-encoding": "identity",
      ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
      ...toLength(body),
    },
    body: body instanceof Uint8Array ? body : toReadable(body),
  };
}

/** Without a length it is sent in chunks. */
function toLength(body: UpstreamRequest["body"]): Readonly<Record<string, string>> {
  if (body instanceof Uint8Array || body.bytes === undefined) return {};
  return { "content-length": String(body.bytes) };
}

function toReadable({ frames }: StreamedBody): Readable {
  const readable = Readable.from(frames, { objectMode: false });
  // undici tells the exchange; when it has let go of the body already, nobody is left to be told.
  return readable.on("error", () => undefined);
}
