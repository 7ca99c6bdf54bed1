/**
 * Finds the bytes by which the next event like this one is recognised without parsing it.
 *
 * They run from a leading key such as `"delta"` to the opening quote of the content. Inside a JSON
 * string a quote is always escaped, so in valid JSON these bytes can only be what they look like.
 */
import type { ContentShape } from "@slipstream/contracts/chunk";

const QUOTE = 34;
const COLON = 58;

/** `"delta":{"tool_calls":[{"index":0,"function":{"arguments":"` takes 58; longer ones hold ids, which vary. */
const SHAPE_BYTES_MAX = 80;

/**
 * @param data One event that has content.
 * @param key The key whose string is the content.
 * @param leadKey A key in front of it, inside whose value it stands.
 * @returns `undefined` when the bytes are laid out in another way.
 */
export function findContentShape(
  data: Buffer,
  key: string,
  leadKey: string = key,
): ContentShape | undefined {
  const start = data.indexOf(`"${leadKey}"`);
  const quotedKey = `"${key}"`;
  const keyStart = start === -1 ? -1 : data.indexOf(quotedKey, start);
  if (keyStart === -1) return undefined;
  const colon = skipSpace(data, keyStart + quotedKey.length);
  if (data[colon] !== COLON) return undefined;
  const quote = skipSpace(data, colon + 1);
  const end = quote + 1;
  const isText = data[quote] === QUOTE && data[end] !== QUOTE;
  return isText && end - start <= SHAPE_BYTES_MAX ? { start, end } : undefined;
}

const SPACE = 32;

function skipSpace(data: Buffer, from: number): number {
  let position = from;
  while (data[position] === SPACE) position++;
  return position;
}
