/**
 * Reads how many output tokens a stream has had, from an event that says so, without parsing it.
 *
 * Hot where usage was asked for in every event (vLLM). The key is taken as servers write it; within the
 * text of an answer its quotes would be escaped, so it is not mistaken for one.
 */
import { QUOTE } from "../json-bytes.ts";

const KEY = Buffer.from('"completion_tokens":');
/** Servers write the usage last; more than this has never followed its key, bytes. */
const TAIL_BYTES_MAX = 512;
/** Of a count; more digits are no count. */
const DIGITS_MAX = 9;
const SPACE = 32;
const ZERO = 48;
const NINE = 57;

/** @returns 0 when the data, from `start` to `end`, does not say. */
export function readOutputTokens(bytes: Buffer, start: number, end: number): number {
  const first = Math.max(start, end - TAIL_BYTES_MAX);
  for (let at = end - KEY.length; at >= first; at--) {
    if (bytes[at] === QUOTE && isKey(bytes, at)) return readCount(bytes, at + KEY.length, end);
  }
  return 0;
}

function isKey(bytes: Buffer, at: number): boolean {
  for (let index = 1; index < KEY.length; index++) {
    if (bytes[at + index] !== KEY[index]) return false;
  }
  return true;
}

function readCount(bytes: Buffer, from: number, end: number): number {
  let at = from;
  while (at < end && bytes[at] === SPACE) at++;
  const last = Math.min(end, at + DIGITS_MAX);
  let count = 0;
  for (; at < last; at++) {
    const byte = bytes[at] ?? 0;
    if (byte < ZERO || byte > NINE) break;
    count = count * 10 + byte - ZERO;
  }
  return count;
}
