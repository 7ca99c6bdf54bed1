/** For tests of what is kept: nothing else shows it. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");

/** A full collection. */
export const collectGarbage: () => void = runInNewContext("gc");

/** Bytes of buffers in this process that are still in use. */
export function countBufferBytes(): number {
  collectGarbage();
  return process.memoryUsage().arrayBuffers;
}
