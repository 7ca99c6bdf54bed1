/** Compressed answers, through the adapter that everybody uses, over real sockets. */
import { createServer } from "node:http";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import type { GatewayError } from "@slipstream/contracts/errors";
import type { UpstreamExchange, UpstreamHead } from "@slipstream/contracts/upstream";
import { FakeUpstream } from "@slipstream/testkit/fake-upstream";
import { testDeployment } from "@slipstream/testkit/routes";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { createDecodingUpstream } from "./decoding-upstream.ts";
import { createHttpUpstream } from "./http-upstream.ts";

const TEXT = "data: ünïcode\n\n".repeat(1000);
const BODIES: Readonly<Record<string, Buffer>> = {
  gzip: gzipSync(TEXT),
  deflate: deflateSync(TEXT),
  br: brotliCompressSync(TEXT),
  zstd: zstdCompressSync(TEXT),
  identity: Buffer.from(TEXT),
};

const upstream = createDecodingUpstream(createHttpUpstream());
let server: Server;
let baseUrl: string;

beforeAll(async () => {
  server = createServer((request, response) => {
    const [, encoding = "", body = encoding] = (request.url ?? "").split("/");
    response.writeHead(200, { "content-encoding": encoding });
    // Byte runs that cut the compressed stream anywhere.
    const bytes = BODIES[body] ?? Buffer.from(TEXT);
    response.write(bytes.subarray(0, 7));
    setImmediate(() => response.end(bytes.subarray(7)));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  baseUrl = `http://127.0.0.1:${port}`;
});

afterAll(async () => {
  await upstream.close();
  server.close();
});

interface Received {
  readonly head: UpstreamHead | undefined;
  readonly text: string;
  readonly last: "end" | GatewayError["code"];
}

function receive(path: string, meet?: (exchange: UpstreamExchange) => void): Promise<Received> {
  return new Promise((resolve) => {
    let head: UpstreamHead | undefined;
    const frames: Buffer[] = [];
    const finish = (last: Received["last"]): void => {
      resolve({ head, text: Buffer.concat(frames).toString(), last });
    };
    const failed = ({ code }: GatewayError): void => finish(code);
    const exchange = upstream.send(
      { deployment: testDeployment("x", { baseUrl }), path, body: Buffer.from("{}"), headers: {} },
      {
        sent: () => undefined,
        head: (received) => {
          head = received;
          return {
            frame: (frame) => {
              frames.push(frame);
              meet?.(exchange);
            },
            end: () => finish("end"),
            failed,
          };
        },
        failed,
      },
    );
  });
}

test.each(["gzip", "deflate", "br", "zstd", "identity"])("%s is read", async (encoding) => {
  const { head, text, last } = await receive(`/${encoding}`);
  expect([text === TEXT, last]).toEqual([true, "end"]);
  if (encoding !== "identity") expect(head?.headers["content-encoding"]).toBe(undefined);
});

test("what only claims to be compressed fails", async () => {
  expect((await receive("/gzip/identity")).last).toBe("upstream_invalid_response");
});

test("an encoding that nobody knows fails", async () => {
  expect((await receive("/rot13/identity")).last).toBe("upstream_invalid_response");
});

test("pause and resume reach through the decoder", async () => {
  const { text } = await receive("/gzip", (exchange) => {
    exchange.pause();
    setImmediate(() => exchange.resume());
  });
  expect(text === TEXT).toBe(true);
});

test("abort silences the decoder", async () => {
  let frames = 0;
  void receive("/gzip", (exchange) => {
    frames++;
    exchange.abort();
  });
  await receive("/gzip");
  expect(frames).toBe(1);
});

test("discard reaches through the decoder", () => {
  const fake = new FakeUpstream(() => undefined);
  const decoding = createDecodingUpstream(fake);
  const request = { deployment: testDeployment("x", {}), path: "/", body: Buffer.alloc(0) };
  const sink = { sent: vi.fn(), head: vi.fn(), failed: vi.fn() };
  decoding.send({ ...request, headers: {} }, sink).discard();
  expect(fake.exchanges).toMatchObject([{ isDiscarded: true }]);
});
