import type { IncomingMessage } from "node:http";
import { RequestError } from "./request-error.ts";

/** Room for the largest prompts and a few pictures. */
const BODY_BYTES_MAX = 64 * 1024 * 1024;

/** The client closed the connection before its request was complete. */
export class UploadAborted extends Error {
  override readonly name = "UploadAborted";
}

/** @throws {RequestError} status 413, or {UploadAborted}. */
export function readBody(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let bytes = 0;
    request.on("data", (part: Buffer) => {
      bytes += part.length;
      if (bytes <= BODY_BYTES_MAX) parts.push(part);
    });
    request.on("end", () => {
      if (bytes <= BODY_BYTES_MAX) resolve(Buffer.concat(parts));
      else reject(new RequestError(413, `The body has ${bytes} bytes; at most ${BODY_BYTES_MAX}.`));
    });
    request.on("error", () => reject(new UploadAborted()));
  });
}
