/** Takes the traces that the gateway sends, and drops them. It runs with the load, on the load's core. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Address } from "./http-connection.ts";

export interface TraceSink {
  readonly address: Address;
  close(): void;
}

const HOST = "127.0.0.1";

export async function startTraceSink(): Promise<TraceSink> {
  const server = createServer((request, response) => {
    request.resume().once("end", () => {
      response.writeHead(200, { "content-type": "application/json" }).end("{}");
    });
  });
  server.listen(0, HOST);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    address: { host: HOST, port },
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
