/** An address that takes no connection: it listens, and its thread never accepts one. */
import { readFileSync } from "node:fs";
import { Socket } from "node:net";
import { Worker } from "node:worker_threads";
import { once } from "node:events";
import { eventually } from "@slipstream/testkit/eventually";
import { expect } from "vitest";

export interface BlackHole {
  readonly port: number;
  close(): Promise<void>;
}

/** The operating system completes handshakes for this many connections and one; all others wait. */
const BACKLOG = 1;

const PROGRAM = `
  const { parentPort } = require("node:worker_threads");
  const server = require("node:net").createServer();
  server.listen({ port: 0, host: "127.0.0.1", backlog: ${BACKLOG} }, () => {
    parentPort.postMessage(server.address().port);
    // Once the message has left.
    setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0));
  });
`;

export async function startBlackHole(): Promise<BlackHole> {
  const worker = new Worker(PROGRAM, { eval: true });
  const [port] = (await once(worker, "message")) as [number];
  const fillers = Array.from({ length: 4 * (BACKLOG + 1) }, () => {
    const filler = new Socket();
    filler.on("error", () => undefined);
    return filler.connect(port, "127.0.0.1");
  });
  await eventually(() => expect(countConnecting(port)).toBeGreaterThan(0));
  return {
    port,
    close: async () => {
      for (const filler of fillers) filler.destroy();
      await worker.terminate();
    },
  };
}

const SYN_SENT = "02";

/** How many connections to this port wait for their handshake. */
export function countConnecting(port: number): number {
  const remote = `0100007F:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  const rows = readFileSync("/proc/net/tcp", "utf8").split("\n");
  return rows.filter((row) => {
    const [, , address, state] = row.trim().split(/\s+/);
    return address === remote && state === SYN_SENT;
  }).length;
}
