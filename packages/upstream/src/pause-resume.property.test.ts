/** However a reader pauses and goes on, over real sockets: every byte arrives, once and in order. */
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setImmediate } from "node:timers/promises";
import { constants, createGzip } from "node:zlib";
import type { UpstreamExchange } from "@slipstream/contracts/upstream";
import type { Upstream } from "@slipstream/contracts/upstream";
import { FakeClock } from "@slipstream/testkit/fake-clock";
import { testDeployment } from "@slipstream/testkit/routes";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createDecodingUpstream } from "./decoding-upstream.ts";
import { createHttpUpstream } from "./http-upstream.ts";

const RUNS = 200;

/** What a server sends, and how. */
interface Answer {
  /** Bytes of each write. */
  readonly writes: readonly number[];
  readonly encoding: "identity" | "gzip";
  /** Turns of the event loop after each write. */
  readonly turns: number;
}

/** What a reader does after a frame. */
interface Rest {
  /** Frames that come before. */
  readonly frames: number;
  /** For how many turns of the event loop it pauses. */
  readonly turns: number;
  /** Pauses, or goes on, once more than it should. */
  readonly isRepeated: boolean;
  /** Within the call that hands the frame over, or after it. */
  readonly isWithin: boolean;
}

let server: Server;
let upstream: Upstream;
let answer: Answer;

beforeAll(async () => {
  server = createServer((request, response) => {
    request.resume();
    void send(response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  upstream = createDecodingUpstream(createHttpUpstream(new FakeClock()));
});

afterAll(async () => {
  await upstream.close();
  server.closeAllConnections();
  server.close();
});

/** Bytes that do not repeat in any way that a mistake could hide in. */
function toBytes(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let index = 0; index < length; index++) bytes[index] = (index * 31 + (index >> 8)) & 255;
  return bytes;
}

function total({ writes }: Answer): number {
  return writes.reduce((sum, bytes) => sum + bytes, 0);
}

async function send(response: ServerResponse): Promise<void> {
  const { writes, encoding, turns } = answer;
  response.writeHead(200, { "content-encoding": encoding });
  const body = encoding === "gzip" ? createGzip({ flush: constants.Z_SYNC_FLUSH }) : response;
  if (body !== response) body.pipe(response);
  const bytes = toBytes(total(answer));
  let position = 0;
  for (const length of writes) {
    if (!body.write(bytes.subarray(position, position + length))) await once(body, "drain");
    position += length;
    for (let turn = 0; turn < turns; turn++) await setImmediate();
  }
  body.end();
}

/** @returns what has arrived when the answer has ended. */
function read(rests: readonly Rest[]): Promise<Buffer> {
  const waiting = [...rests];
  const frames: Buffer[] = [];
  const { port } = server.address() as AddressInfo;
  const deployment = testDeployment("local/m", { baseUrl: `http://127.0.0.1:${port}` });
  return new Promise((resolve, reject) => {
    let framesToRest = waiting[0]?.frames ?? Infinity;
    const exchange = upstream.send(
      { deployment, path: "/", body: Buffer.from("{}"), headers: {} },
      {
        opening: () => undefined,
        sent: () => undefined,
        sentAgain: () => undefined,
        head: () => ({
          frame(frame) {
            frames.push(frame);
            if (framesToRest-- > 0) return;
            const rest = waiting.shift();
            framesToRest = waiting[0]?.frames ?? Infinity;
            if (rest !== undefined) void take(rest, exchange);
          },
          end: () => {
            exchange.keep();
            resolve(Buffer.concat(frames));
          },
          failed: reject,
        }),
        failed: reject,
      },
    );
  });
}

async function take(rest: Rest, exchange: UpstreamExchange): Promise<void> {
  if (!rest.isWithin) await setImmediate();
  exchange.pause();
  if (rest.isRepeated) exchange.pause();
  for (let turn = 0; turn < rest.turns; turn++) await setImmediate();
  exchange.resume();
  if (rest.isRepeated) exchange.resume();
}

const anyAnswer: fc.Arbitrary<Answer> = fc.record({
  writes: fc.array(
    fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 90_000 })),
    {
      maxLength: 30,
    },
  ),
  encoding: fc.constantFrom("identity", "gzip"),
  turns: fc.nat(3),
});

const anyRests: fc.Arbitrary<readonly Rest[]> = fc.array(
  fc.record({
    frames: fc.nat(5),
    turns: fc.nat(20),
    isRepeated: fc.boolean(),
    isWithin: fc.boolean(),
  }),
  { maxLength: 20 },
);

test("every byte arrives, once and in order", async () => {
  await fc.assert(
    fc.asyncProperty(anyAnswer, anyRests, async (sent, rests) => {
      answer = sent;
      const received = await read(rests);
      expect(received.length).toBe(total(sent));
      expect(digest(received)).toBe(digest(toBytes(total(sent))));
    }),
    { numRuns: RUNS },
  );
});

/** What is told of megabytes that differ. */
function digest(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}
