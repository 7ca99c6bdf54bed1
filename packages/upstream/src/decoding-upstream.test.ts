/** Compressed answers, through the adapter that everybody uses, over real sockets. */
import { createServer } from "node:http";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import type { GatewayError } from "@slipstream/contracts/errors";
import type { UpstreamExchange, UpstreamHead } from "@slipstream/contracts/upstream";
import { FakeClock } from "@slipstream/testkit/fake-clock";
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

const upstream = createDecodingUpstream(createHttpUpstream(new FakeClock()));
let server: Server;
let baseUrl: string;
let connections = 0;

beforeAll(async () => {
  server = createServer((request, response) => {
    const [, encoding = "", body = encoding] = (request.url ?? "").split("/");
    response.writeHead(200, { "content-encoding": encoding });
    // Byte runs that cut the compressed stream anywhere.
    const bytes = BODIES[body] ?? Buffer.from(TEXT);
    response.write(bytes.subarray(0, 7));
    setImmediate(() => response.end(bytes.subarray(7)));
  });
  server.on("connection", () => connections++);
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

type Callback = "head" | "frame" | "end";

function breakIf(isFaulty: boolean): void {
  if (isFaulty) throw new Error("a fault of the sink");
}

interface Reader {
  /** What it does with each frame. */
  readonly meet?: (exchange: UpstreamExchange) => void;
  /** What it says when all has come. */
  readonly word?: "abort" | "keep";
  /** Where it breaks down. */
  readonly fault?: Callback;
}

function receive(path: string, { meet, word = "abort", fault }: Reader = {}): Promise<Received> {
  return new Promise((resolve) => {
    let head: UpstreamHead | undefined;
    const frames: Buffer[] = [];
    const finish = (last: Received["last"]): void => {
      exchange[word]();
      resolve({ head, text: Buffer.concat(frames).toString(), last });
    };
    const failed = ({ code }: GatewayError): void => finish(code);
    const exchange = upstream.send(
      { deployment: testDeployment("x", { baseUrl }), path, body: Buffer.from("{}"), headers: {} },
      {
        opening: () => undefined,
        sent: () => undefined,
        sentAgain: () => undefined,
        head: (received) => {
          head = received;
          breakIf(fault === "head");
          return {
            frame: (frame) => {
              frames.push(frame);
              breakIf(fault === "frame");
              meet?.(exchange);
            },
            end: () => {
              breakIf(fault === "end");
              finish("end");
            },
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
  const { text } = await receive("/gzip", {
    meet: (exchange) => {
      exchange.pause();
      setImmediate(() => exchange.resume());
    },
  });
  expect(text === TEXT).toBe(true);
});

test("abort silences the decoder", async () => {
  let frames = 0;
  await new Promise<void>((resolve) => {
    void receive("/gzip", {
      meet: (exchange) => {
        frames++;
        exchange.abort();
        resolve();
      },
    });
  });
  await receive("/gzip");
  expect(frames).toBe(1);
});

test.each(["abort", "keep"] as const)("%s reaches through the decoder", (word) => {
  const fake = new FakeUpstream(() => undefined);
  const decoding = createDecodingUpstream(fake);
  const request = { deployment: testDeployment("x", {}), path: "/", body: Buffer.alloc(0) };
  const sink = { opening: vi.fn(), sent: vi.fn(), sentAgain: vi.fn(), head: vi.fn() };
  decoding.send({ ...request, headers: {} }, { ...sink, failed: vi.fn() })[word]();
  expect(fake.exchanges).toMatchObject([{ isAborted: true, isKept: word === "keep" }]);
});

test("the word about a connection comes when all has been unpacked", async () => {
  for (let request = 0; request < 3; request++) await receive("/gzip");
  const before = connections;
  for (let request = 0; request < 3; request++) await receive("/gzip", { word: "keep" });
  expect(connections).toBe(before + 1);
});

test.each(["head", "frame", "end"] as const)(
  "a sink that throws in %s while a body is unpacked: our fault, and the end of one exchange",
  async (at) => {
    const { last } = await receive("/gzip", { fault: at });
    expect(last).toBe("internal_error");
    expect((await receive("/gzip")).last).toBe("end");
  },
);
