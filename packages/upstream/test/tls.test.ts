/** The same over TLS, with a real server. */
import { once } from "node:events";
import { createServer } from "node:https";
import type { Server } from "node:https";
import type { AddressInfo } from "node:net";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import type { TLSSocket } from "node:tls";
import type { Upstream } from "@slipstream/contracts/upstream";
import { FakeClock } from "@slipstream/testkit/fake-clock";
import { testDeployment } from "@slipstream/testkit/routes";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createHttpUpstream } from "../src/http-upstream.ts";
import { TEST_CERTIFICATE, TEST_KEY } from "./certificate.ts";

const FRAME = Buffer.alloc(100_000, "frame");
const FRAMES = 20;

let server: Server;
let upstream: Upstream;
const sockets: TLSSocket[] = [];
const trusted = getCACertificates("default");

beforeAll(async () => {
  setDefaultCACertificates([...trusted, TEST_CERTIFICATE]);
  server = createServer({ cert: TEST_CERTIFICATE, key: TEST_KEY }, (request, response) => {
    request.resume();
    request.once("end", () => {
      for (let frame = 0; frame < FRAMES; frame++) response.write(FRAME);
      response.end();
    });
  });
  server.on("secureConnection", (socket: TLSSocket) => sockets.push(socket));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  upstream = createHttpUpstream(new FakeClock());
});

afterAll(async () => {
  setDefaultCACertificates(trusted);
  await upstream.close();
  server.close();
});

/** @returns the bytes of the answer, or the code and cause of its failure. */
function ask(host: string): Promise<number | string> {
  const { port } = server.address() as AddressInfo;
  const deployment = testDeployment("local/m", { baseUrl: `https://${host}:${port}/v1` });
  return new Promise((resolve) => {
    let bytes = 0;
    const exchange = upstream.send(
      { deployment, path: "/x", body: Buffer.alloc(200_000), headers: {} },
      {
        opening: () => undefined,
        sent: () => undefined,
        sentAgain: () => undefined,
        head: () => ({
          frame: (frame) => {
            bytes += frame.length;
            exchange.pause();
            setImmediate(() => exchange.resume());
          },
          end: () => {
            exchange.keep();
            resolve(bytes);
          },
          failed: ({ code }) => resolve(code),
        }),
        failed: ({ code, cause }) => resolve(`${code} ${Reflect.get(cause as Error, "code")}`),
      },
    );
  });
}

test("answers arrive, with pauses, on a connection that is kept", async () => {
  for (let request = 0; request < 2; request++) {
    expect(await ask("localhost")).toBe(FRAME.length * FRAMES);
  }
  expect(sockets).toHaveLength(1);
  expect(sockets[0]).toMatchObject({ servername: "localhost", alpnProtocol: "http/1.1" });
});

test("a certificate of another name is refused, and nothing sent", async () => {
  expect(await ask("127.0.0.1")).toBe("upstream_unreachable ERR_TLS_CERT_ALTNAME_INVALID");
});

test("a certificate of nobody we know is refused", async () => {
  setDefaultCACertificates(trusted);
  const strict = upstream;
  upstream = createHttpUpstream(new FakeClock());
  const answer = await ask("localhost");
  await upstream.close();
  upstream = strict;
  expect(answer).toMatch(/^upstream_unreachable (DEPTH_ZERO_)?SELF_SIGNED/);
});
