/**
 * A resolver that never answers, for one process alone: a file system of its own in which `/etc/resolv.conf`
 * names a socket that nobody reads. Needs Linux and root.
 */
import { execFileSync } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** Loopback, and not where a machine's own resolver listens. */
const ADDRESS = "127.9.9.9";
const DNS_PORT = 53;
const MOUNT = 'mount --bind "$0" /etc/resolv.conf';

function toWrapper(script: string): readonly [string, ...string[]] {
  const file = join(mkdtempSync(join(tmpdir(), "slipstream-resolver-")), "resolv.conf");
  writeFileSync(file, `nameserver ${ADDRESS}\n`);
  return ["unshare", "--mount", "sh", "-c", script, file];
}

export function canSilenceResolver(): boolean {
  const [command, ...words] = toWrapper(MOUNT);
  try {
    execFileSync(command, words, { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** @returns the command in which names are not resolved. Ends with the test. */
export async function silenceResolver(): Promise<readonly string[]> {
  const socket = createSocket("udp4").bind(DNS_PORT, ADDRESS);
  await once(socket, "listening");
  onTestFinished(() => void socket.close());
  return toWrapper(`${MOUNT} && exec "$@"`);
}
