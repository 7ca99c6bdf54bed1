/** Request bodies that are sent while they arrive, over real sockets. */
import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { GatewayError } from "@slipstream/contracts/errors";
import type { StreamedBody, UpstreamExchange, UpstreamHead } from "@slipstream/contracts/upstream";
import { FakeClock } from "@slipstream/testkit/fake-clock";
import { eventually } from "@slipstream/testkit/eventually";
import { testDeployment } from "@slipstream/testkit/routes";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { createHttpUpstream } from "./http-upstream.ts";

const FRAME = Buffer.alloc(64 * 1024, "frame");
/** 32 MiB, more than all sockets' buffers hold. */
const FRAMES = 512;

const upstream = createHttpUpstream(new FakeClock());
let server: Server;
let baseUrl: string;
/** What the server does with a request. */
let serve: (request: IncomingMessage, response: ServerResponse) => void;

beforeAll(async () => {
  server = createServer((request, response) => serve(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
  await upstream.close();
  server.close();
});

beforeEach(() => {
  serve = () => undefined;
});

/** One exchange, and what has become of it. */
class Upload {
  head: UpstreamHead | undefined;
  last: "nothing" | "end" | GatewayError["code"] = "nothing";
  /** Frames that were asked for. */
  asked = 0;
  isLetGo = false;
  readonly exchange: UpstreamExchange;

  constructor(frames: number, options: { bytes?: number; fails?: GatewayError } = {}) {
    const body: StreamedBody = {
      bytes: options.bytes,
      frames: this.#send(frames, options.fails),
    };
    const failed = ({ code }: GatewayError): void => {
      expect(this.last).toBe("nothing");
      this.last = code;
    };
    this.exchange = upstream.send(
      { deployment: testDeployment("a", { baseUrl }), path: "/x", body, headers: {} },
      {
        opening: () => undefined,
        sent: () => undefined,
        sentAgain: () => undefined,
        head: (head) => {
          this.head = head;
          return { frame: () => undefined, end: () => (this.last = "end"), failed };
        },
        failed,
      },
    );
  }

  async *#send(frames: number, fails: GatewayError | undefined): AsyncGenerator<Buffer, void> {
    try {
      for (; this.asked < frames; this.asked++) yield FRAME;
      if (fails !== undefined) throw fails;
    } finally {
      this.isLetGo = true;
    }
  }
}

test.each([
  [FRAME.length * 2, String(FRAME.length * 2), undefined],
  [undefined, undefined, "chunked"],
])("of %s bytes", async (bytes, contentLength, transferEncoding) => {
  const received: Buffer[] = [];
  let headers: IncomingMessage["headers"] = {};
  serve = (request, response) => {
    ({ headers } = request);
    request.on("data", (frame: Buffer) => received.push(frame));
    request.on("end", () => response.end());
  };
  const upload = new Upload(2, bytes === undefined ? {} : { bytes });
  await eventually(() => expect(upload.last).toBe("end"));
  expect(Buffer.concat(received).equals(Buffer.concat([FRAME, FRAME]))).toBe(true);
  expect([headers["content-length"], headers["transfer-encoding"]]).toEqual([
    contentLength,
    transferEncoding,
  ]);
});

test("it is asked for at the pace in which the upstream reads", async () => {
  const held: IncomingMessage[] = [];
  serve = (request, response) => {
    held.push(request);
    request.on("end", () => response.end());
  };
  const upload = new Upload(FRAMES);
  await eventually(() => expect(held).toHaveLength(1));
  // Another whole upload goes by meanwhile.
  serve = (request, response) => request.resume().on("end", () => response.end());
  const other = new Upload(FRAMES);
  await eventually(() => expect(other.last).toBe("end"));
  expect(upload.asked).toBeLessThan(FRAMES / 2);
  held[0]?.resume();
  await eventually(() => expect(upload.last).toBe("end"));
  expect(upload.asked).toBe(FRAMES);
});

test("what it throws ends the exchange and is what the sink hears", async () => {
  let isCut = false;
  serve = (request) => {
    request.resume().on("error", () => (isCut = true));
  };
  const upload = new Upload(3, { fails: new GatewayError("body_too_large", "") });
  await eventually(() => expect(upload.last).toBe("body_too_large"));
  await eventually(() => expect(isCut).toBe(true));
});

test("abort ends it", async () => {
  let isCut = false;
  serve = (request) => {
    request.once("data", () => {
      upload.exchange.abort();
      request.resume();
    });
    request.on("error", () => (isCut = true));
  };
  const upload = new Upload(FRAMES);
  await eventually(() => expect([isCut, upload.isLetGo]).toEqual([true, true]));
  expect([upload.last, upload.asked < FRAMES]).toEqual(["nothing", true]);
});

test("an answer that comes before its end is heard, and ends it", async () => {
  serve = (_request, response) => response.writeHead(400).end("{}");
  const upload = new Upload(FRAMES);
  await eventually(() => expect([upload.head?.status, upload.last]).toEqual([400, "end"]));
  await eventually(() => expect(upload.isLetGo).toBe(true));
});

test("it is not touched where nobody listens", async () => {
  const known = baseUrl;
  baseUrl = "http://127.0.0.1:1";
  const upload = new Upload(1);
  baseUrl = known;
  await eventually(() => expect(upload.last).toBe("upstream_unreachable"));
  expect(upload.asked).toBe(0);
});
