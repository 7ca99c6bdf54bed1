/** The adapter against real sockets: what its port promises. */
import { createServer } from "node:net";
import type { Deployment } from "@slipstream/contracts/deployment";
import type { GatewayError } from "@slipstream/contracts/errors";
import type { Upstream, UpstreamExchange, UpstreamHead } from "@slipstream/contracts/upstream";
import { startMockUpstream } from "@slipstream/mock-upstream/mock-server";
import type { MockUpstream } from "@slipstream/mock-upstream/mock-server";
import { FakeClock } from "@slipstream/testkit/fake-clock";
import { eventually } from "@slipstream/testkit/eventually";
import { testDeployment } from "@slipstream/testkit/routes";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createHttpUpstream } from "./http-upstream.ts";

let mock: MockUpstream;
let upstream: Upstream;

beforeAll(async () => {
  mock = await startMockUpstream();
  upstream = createHttpUpstream(new FakeClock());
});

afterAll(async () => {
  await upstream.close();
  await mock.close();
});

function deploymentAt(baseUrl: string, apiKey?: string): Deployment {
  return testDeployment("mock/m", { baseUrl, apiKey });
}

/** One exchange, written down as it happens. */
class Transcript {
  head: UpstreamHead | undefined;
  readonly frames: Buffer[] = [];
  last: "nothing" | "end" | GatewayError["code"] = "nothing";
  isSent = false;
  readonly exchange: UpstreamExchange;
  #hasReturned = false;

  constructor(script: string, deployment: Deployment = deploymentAt(mock.url)) {
    const fail = ({ code }: GatewayError): void => {
      expect([this.#hasReturned, this.last]).toEqual([true, "nothing"]);
      this.last = code;
    };
    this.exchange = upstream.send(
      {
        deployment,
        path: "/chat/completions",
        body: Buffer.from(JSON.stringify({ model: script, stream: true, messages: [{}] })),
        headers: { "content-type": "application/json", "x-request-id": "id" },
      },
      {
        opening: () => undefined,
        sentAgain: () => undefined,
        sent: () => {
          expect([this.isSent, this.head]).toEqual([false, undefined]);
          this.isSent = true;
        },
        head: (head) => {
          expect([this.#hasReturned, this.head]).toEqual([true, undefined]);
          this.head = head;
          return {
            frame: (frame) => this.frames.push(frame),
            end: () => {
              expect(this.last).toBe("nothing");
              this.last = "end";
              this.exchange.keep();
            },
            failed: fail,
          };
        },
        failed: fail,
      },
    );
    this.#hasReturned = true;
  }

  get text(): string {
    return Buffer.concat(this.frames).toString();
  }

  async ended(): Promise<this> {
    await eventually(() => expect(this.last).not.toBe("nothing"));
    return this;
  }
}

test("an answer arrives byte by byte", async () => {
  const { head, text, last } = await new Transcript("mock/tokens=5,gap=1").ended();
  expect(head?.status).toBe(200);
  expect(head?.headers["content-type"]).toContain("text/event-stream");
  expect(text.match(/token_\d/g)).toHaveLength(5);
  expect(text.endsWith("data: [DONE]\n\n")).toBe(true);
  expect(last).toBe("end");
});

test("an error status is an answer", async () => {
  const { head, last } = await new Transcript("mock/status=429,retryAfter=7").ended();
  expect([head?.status, head?.headers["retry-after"], last]).toEqual([429, "7", "end"]);
});

test.each([
  ["mock/answer=reset", "upstream_unreachable"],
  ["mock/answer=close", "upstream_unreachable"],
  ["mock/fail=reset,failAfter=3", "upstream_truncated"],
  ["mock/fail=cut,failAfter=3", "upstream_truncated"],
])("%s ends in %s", async (script, code) => {
  expect((await new Transcript(script).ended()).last).toBe(code);
});

test("nobody listens", async () => {
  const nowhere = new Transcript("mock", deploymentAt("http://127.0.0.1:1"));
  const { last, head, isSent } = await nowhere.ended();
  expect([last, head, isSent]).toEqual(["upstream_unreachable", undefined, false]);
});

test("what is not HTTP is not taken for an answer", async () => {
  const server = createServer((socket) => {
    socket.once("data", () => socket.end("SSH-2.0-OpenSSH\r\n"));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" ? address?.port : 0;
  const transcript = new Transcript("mock", deploymentAt(`http://127.0.0.1:${port}`));
  expect((await transcript.ended()).last).toBe("upstream_invalid_response");
  server.close();
});

test("abort frees the connection and is silent", async () => {
  mock.reset();
  const transcript = new Transcript("mock/tokens=1000,gap=5");
  await eventually(() => expect(transcript.frames.length).toBeGreaterThan(2));
  transcript.exchange.abort();
  transcript.exchange.abort();
  const frames = transcript.frames.length;
  await eventually(() => expect(mock.stats()).toMatchObject({ inFlight: 0, clientAborts: 1 }));
  expect([transcript.frames.length, transcript.last]).toEqual([frames, "nothing"]);
});

test("abort before a connection was found keeps the request from being sent", async () => {
  mock.reset();
  const transcript = new Transcript(
    "mock/answer=hang",
    deploymentAt(mock.url.replace("127.0.0.1", "localhost")),
  );
  transcript.exchange.abort();
  // A request that is sent later has overtaken it.
  await new Transcript("mock").ended();
  expect(mock.stats().requests).toBe(1);
  expect(transcript.last).toBe("nothing");
});

test("pause holds the upstream back, resume goes on without a gap", async () => {
  const transcript = new Transcript("mock/tokens=400,tokenBytes=50000,role=off");
  await eventually(() => expect(transcript.frames.length).toBeGreaterThan(0));
  transcript.exchange.pause();
  // Others go on. In their time all of it could have come; the sockets' buffers hold a few megabytes.
  for (let other = 0; other < 20; other++) await new Transcript("mock").ended();
  expect(transcript.last).toBe("nothing");
  expect(Buffer.byteLength(transcript.text)).toBeLessThan(10_000_000);
  transcript.exchange.resume();
  expect((await transcript.ended()).last).toBe("end");
  expect(transcript.text.match(/"finish_reason":"stop"/g)).toHaveLength(1);
  expect(Buffer.byteLength(transcript.text)).toBeGreaterThan(20_000_000);
});

test("our credential goes with the request, and only where there is one", async () => {
  await new Transcript("mock", deploymentAt(mock.url, "sk-upstream")).ended();
  expect(mock.stats().recent.at(-1)?.headerNames).toContain("authorization");
  await new Transcript("mock").ended();
  expect(mock.stats().recent.at(-1)?.headerNames).not.toContain("authorization");
});
