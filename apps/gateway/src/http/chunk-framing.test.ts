import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import fc from "fast-check";
import { expect, test } from "vitest";
import { toChunk } from "./chunk-framing.ts";

test("a client reads what was framed", async () => {
  const sizes = [1, 9, 10, 15, 16, 255, 256, 4095, 4096, 70_000];
  const frames = sizes.map((size) => Buffer.alloc(size, String(size)));
  const server = createServer((_request, response) => {
    response.write(Buffer.from("first"));
    for (const frame of frames) response.socket?.write(toChunk(frame));
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const received = await new Promise<Buffer>((resolve, reject) => {
    request({ host: "127.0.0.1", port }, (response) => {
      const pieces: Buffer[] = [];
      response.on("data", (piece: Buffer) => pieces.push(piece));
      response.on("end", () => resolve(Buffer.concat(pieces)));
    })
      .on("error", reject)
      .end();
  });
  server.close();
  expect(received.equals(Buffer.concat([Buffer.from("first"), ...frames]))).toBe(true);
});

test("size, line end, bytes, line end", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 5000 }), (frame) => {
      const expected = [`${frame.length.toString(16)}\r\n`, frame, "\r\n"].map((part) =>
        Buffer.from(part as Uint8Array),
      );
      expect(toChunk(frame).equals(Buffer.concat(expected))).toBe(true);
    }),
  );
});
