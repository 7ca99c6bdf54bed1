/** The scripted model behind everything that is measured, in a process of its own. */
import { join } from "node:path";
import type { Address } from "./http-connection.ts";
import type { Processes } from "./processes.ts";

const MAIN = join(import.meta.dirname, "../../apps/mock-upstream/src/main.ts");

export interface Mock {
  readonly pid: number;
  readonly address: Address;
}

/** @param wantedPort 0 for any that is free. */
export async function startMock(processes: Processes, wantedPort: number): Promise<Mock> {
  const words = [process.execPath, MAIN, "--port", String(wantedPort)];
  const { pid, untilPrinted } = processes.start("mock-upstream", "load", words);
  const { hostname, port } = new URL(await untilPrinted(/listening on (\S+)/));
  return { pid, address: { host: hostname, port: Number(port) } };
}
