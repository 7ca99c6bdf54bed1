/** Another gateway, which somebody else has started. */
import type { Address } from "../http-connection.ts";
import { HttpConnection } from "../http-connection.ts";
import { InvalidRun } from "../invalid-run.ts";
import type { Pinning } from "../pinning.ts";
import { pinProcess } from "../pinning.ts";
import type { Peer } from "../peers-file.ts";
import { listTree } from "../process-cpu.ts";
import type { StartSubject } from "./subject.ts";

/** Puts it on the core of those that are measured, with all of its processes. */
export function startPeer(
  { name, url, pids, headers, model }: Peer,
  pinning: Pinning,
): StartSubject {
  return async () => {
    const address = toAddress(url);
    await naming(name, async () => {
      for (const pid of listTree(pids)) pinProcess(pinning, "subject", pid);
      // One that is still starting has a process long before it listens.
      (await HttpConnection.open(address)).close();
    });
    return {
      name,
      address,
      path: `${url.pathname}${url.search}`,
      failure: "leaves_gap",
      startedMs: undefined,
      pids,
      headers,
      modelOf: ({ name: scenario, script }) =>
        model.replaceAll("{script}", script).replaceAll("{scenario}", scenario),
    };
  };
}

function toAddress({ hostname, port }: URL): Address {
  // An IPv6 address stands in brackets there.
  return { host: hostname.replaceAll(/^\[|\]$/g, ""), port: Number(port === "" ? 80 : port) };
}

/** @throws {InvalidRun} with its name when it has ended, as a gateway does that refuses its configuration. */
async function naming(name: string, prepare: () => Promise<void>): Promise<void> {
  try {
    await prepare();
  } catch (error) {
    if (!(error instanceof InvalidRun)) throw error;
    throw new InvalidRun(`${name} cannot be measured: ${error.message}`);
  }
}
