/**
 * One gzip stream in pieces that a client can decode as they arrive (RFC 1952, RFC 1951).
 *
 * Each frame is compressed on its own up to a byte boundary, so nothing here waits for a stream.
 */
import { constants, crc32, deflateRawSync } from "node:zlib";
import type { Frame, ScriptedBody } from "./frame.ts";

/** Magic, deflate, no flags, no time, no hints, unknown system. */
const HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);
/** An empty final block of deflate. */
const FINAL_BLOCK = Buffer.from([0x03, 0x00]);

/** @returns A whole gzip stream if the body ends properly and has no loop, else the start of one. */
export function gzipBody(body: ScriptedBody): ScriptedBody {
  const frames = body.frames.map((frame) => ({ ...frame, bytes: deflate(frame.bytes) }));
  const loop = body.loop && { ...body.loop, bytes: deflate(body.loop.bytes) };
  const isWhole = body.ending === "end" && loop === undefined;
  const trailer = isWhole ? toTrailer(body.frames) : Buffer.alloc(0);
  const zipped = surround(frames, HEADER, trailer);
  return { ...body, frames: zipped, loop };
}

function deflate(bytes: Buffer): Buffer {
  return deflateRawSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH });
}

function toTrailer(frames: readonly Frame[]): Buffer {
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(
    frames.reduce((crc, { bytes }) => crc32(bytes, crc), 0),
    0,
  );
  trailer.writeUInt32LE(
    frames.reduce((sum, { bytes }) => sum + bytes.length, 0),
    4,
  );
  return Buffer.concat([FINAL_BLOCK, trailer]);
}

function surround(frames: readonly Frame[], first: Buffer, last: Buffer): readonly Frame[] {
  return frames.map((frame, index) => {
    const before = index === 0 ? first : Buffer.alloc(0);
    const after = index === frames.length - 1 ? last : Buffer.alloc(0);
    return { ...frame, bytes: Buffer.concat([before, frame.bytes, after]) };
  });
}
