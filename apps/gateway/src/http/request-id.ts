import { randomUUID } from "node:crypto";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The client's own id when it is a UUID: anything else could be content, or not unique. */
export function toRequestId(header: string | readonly string[] | undefined): string {
  return typeof header === "string" && UUID.test(header) ? header.toLowerCase() : randomUUID();
}
