/**
 * Adapter of the Upstream port over plain sockets and HTTP/1.1, with TLS where the base URL says so.
 *
 * It exists because reading streams is what a gateway does most: without a Readable, a parser in another
 * language and a callback between each of them, an event costs a third less. docs/decisions has the figures.
 *
 * Redirects are not followed, and answers are asked for without compression.
 */
import type { Clock } from "@slipstream/contracts/clock";
import type { Deployment } from "@slipstream/contracts/deployment";
import type { Upstream } from "@slipstream/contracts/upstream";
import { ConnectionPool } from "./connection-pool.ts";
import { HostName } from "./host-name.ts";
import { HttpExchange } from "./http-exchange.ts";
import { LookupLine } from "./lookup-line.ts";
import { Origin } from "./origin.ts";
import { encodeRequestHead, toRequestTarget } from "./request-head.ts";
import type { RequestTarget } from "./request-head.ts";

export function createHttpUpstream(clock: Clock): Upstream {
  /** By origin; the configuration bounds them. */
  const pools = new Map<string, ConnectionPool>();
  /** By name; there are no more than origins. */
  const names = new Map<string, HostName>();
  const line = new LookupLine(clock);
  const targets = new WeakMap<Deployment, PooledTarget>();
  let isClosed = false;

  function toName(name: string): HostName {
    const known = names.get(name) ?? new HostName(name, line, clock);
    names.set(name, known);
    return known;
  }

  function toPool({ url }: RequestTarget): ConnectionPool {
    const known = pools.get(url.origin);
    if (known !== undefined) return known;
    const pool = new ConnectionPool(new Origin(url, toName(url.hostname).lookup));
    pools.set(url.origin, pool);
    // What is lost with one origin may be tried at another.
    if (isClosed) void pool.close();
    return pool;
  }

  function toTarget(deployment: Deployment): PooledTarget {
    const known = targets.get(deployment);
    if (known !== undefined) return known;
    const target = toRequestTarget(deployment);
    const pooled = { ...target, pool: toPool(target) };
    targets.set(deployment, pooled);
    return pooled;
  }

  return {
    send(request, sink) {
      const target = toTarget(request.deployment);
      const head = encodeRequestHead(target, request);
      const { pool } = target;
      const exchange = new HttpExchange({ clock, pool, sink, head, body: request.body });
      exchange.start();
      return exchange;
    },
    get connections() {
      return [...pools.values()].reduce((sum, pool) => sum + pool.size, 0);
    },
    async close() {
      isClosed = true;
      await Promise.all([...pools.values()].map((pool) => pool.close()));
    },
  };
}

interface PooledTarget extends RequestTarget {
  readonly pool: ConnectionPool;
}
