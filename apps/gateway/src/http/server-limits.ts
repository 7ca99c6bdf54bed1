/**
 * What one connection may cost. Shared by both servers.
 */
import type { ServerOptions } from "node:http";

export const SERVER_LIMITS: ServerOptions = {
  /** The deadline of bodies is the pipeline's, which can still answer. */
  requestTimeout: 0,
  /** Longer than the idle timeout of common load balancers (60 s), so that they close first. ms. */
  keepAliveTimeout: 75_000,
  /** ms. Slow senders of headers are found within one interval of the check. */
  headersTimeout: 10_000,
  connectionsCheckingInterval: 1000,
  /** Bytes. A key, a trace and a few cookies need far less. */
  maxHeaderSize: 16_384,
  /**
   * Bytes of an answer that wait for a slow client before its upstream is held back. Beside the frame that
   * made it too much, so that a client that never reads holds about a hundred kilobytes.
   */
  highWaterMark: 16_384,
};
