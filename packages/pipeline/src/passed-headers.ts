/** What of an upstream's head goes to the client with an answer that is passed on unread. */
import type { ResponseHeaders } from "@slipstream/contracts/client";
import type { UpstreamHead } from "@slipstream/contracts/upstream";

/** @returns The media type, and the length where it is known. */
export function toPassedHeaders({ headers }: UpstreamHead): ResponseHeaders {
  const { "content-type": contentType = "", "content-length": bytes = "" } = headers;
  const isKnown = /^\d{1,15}$/.test(bytes);
  return { "content-type": contentType, ...(isKnown ? { "content-length": bytes } : {}) };
}
