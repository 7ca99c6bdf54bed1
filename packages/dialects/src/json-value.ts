/** Reading values of JSON that others wrote: what is not of the expected kind is `undefined`. */

export type JsonObject = Readonly<Record<string, unknown>>;

export function asObject(value: unknown): JsonObject | undefined {
  return isObject(value) ? value : undefined;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function asArray(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function asText(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** A text or a list that is not empty. */
export function hasLength(value: unknown): boolean {
  return (typeof value === "string" || Array.isArray(value)) && value.length > 0;
}

/** Of a text in UTF-8; 0 for everything else. */
export function countBytes(value: unknown): number {
  return typeof value === "string" ? Buffer.byteLength(value) : 0;
}

/** The object that the text holds, or the first of a list: Gemini and Vertex wrap their errors in one. */
export function parseObject(text: string): JsonObject | undefined {
  const value = parseJson(text);
  return asObject(Array.isArray(value) ? value[0] : value);
}

/** @returns `undefined` when the text is not JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
