import type { ByteSpan } from "@slipstream/contracts/chunk";

const USAGE_KEY = Buffer.from('"usage"');

/** Finds the top-level `usage` member of an event's JSON, with its comma. */
export function findUsageSpan(bytes: Buffer, start: number, end: number): ByteSpan | undefined {
  const key = bytes.subarray(start, end).lastIndexOf(USAGE_KEY);
  if (key === -1) return undefined;
  const text = bytes.toString("latin1", start, end);
  const match = /,\s*"usage"\s*:\s*(?:null|\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\})/.exec(text);
  if (match === null) return undefined;
  return { start: start + match.index, end: start + match.index + match[0].length };
}
