/** Another gateway, which somebody else has started. */
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
  return () => {
    for (const pid of listRunning(name, pids)) pinProcess(pinning, "subject", pid);
    return Promise.resolve({
      name,
      // An IPv6 address stands in brackets there.
      address: {
        host: url.hostname.replaceAll(/^\[|\]$/g, ""),
        port: Number(url.port === "" ? 80 : url.port),
      },
      path: `${url.pathname}${url.search}`,
      failure: "leaves_gap",
      startedMs: undefined,
      pids,
      headers,
      modelOf: ({ name: scenario, script }) =>
        model.replaceAll("{script}", script).replaceAll("{scenario}", scenario),
    });
  };
}

/** @throws {InvalidRun} when one has ended, as a gateway does that refuses its configuration. */
function listRunning(name: string, pids: readonly number[]): number[] {
  try {
    return listTree(pids);
  } catch (error) {
    if (!(error instanceof InvalidRun)) throw error;
    throw new InvalidRun(`${name} cannot be measured: ${error.message}`);
  }
}
