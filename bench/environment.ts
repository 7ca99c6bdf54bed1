/** Where and of what a run was: without it, its figures cannot be read. */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpus, loadavg, release } from "node:os";

export interface Environment {
  readonly cpu: string;
  readonly cores: number;
  readonly kernel: string;
  readonly node: string;
  /** Of the last minute, before the run. */
  readonly loadAverage: number;
  /** Names the machine and the runtime: results of two of them are never compared. */
  readonly testbed: string;
  /** `undefined` outside of a repository. */
  readonly revision: Revision | undefined;
}

interface Revision {
  readonly commit: string;
  /** ISO 8601. */
  readonly committedAt: string;
  /** First line of its message. */
  readonly subject: string;
  readonly branch: string;
  /** Nothing was changed since. */
  readonly isClean: boolean;
}

const TESTBED_DIGITS = 8;

export function describeEnvironment(): Environment {
  const cores = cpus();
  const place = {
    cpu: cores[0]?.model.trim() ?? "unknown",
    cores: cores.length,
    kernel: release(),
    node: process.versions.node,
  };
  return {
    ...place,
    loadAverage: loadavg()[0] ?? 0,
    testbed: toTestbed(`${place.cpu} ${place.cores} ${process.platform} ${toMajor(place.node)}`),
    revision: describeRevision(),
  };
}

function toTestbed(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, TESTBED_DIGITS);
}

function toMajor(version: string): string {
  return version.split(".", 1).join("");
}

function describeRevision(): Revision | undefined {
  const shown = git("show", "--no-patch", "--format=%H%n%cI%n%s", "HEAD");
  const [commit, committedAt, subject] = shown?.split("\n") ?? [];
  if (commit === undefined || committedAt === undefined || subject === undefined) return undefined;
  const branch = git("rev-parse", "--abbrev-ref", "HEAD") ?? "HEAD";
  const isClean = git("status", "--porcelain", "--untracked-files=no") === "";
  return { commit, committedAt, subject, branch, isClean };
}

/** @returns `undefined` where it fails. */
function git(...words: readonly string[]): string | undefined {
  const { status, stdout } = spawnSync("git", words, {
    cwd: import.meta.dirname,
    encoding: "utf8",
  });
  return status === 0 ? stdout.trim() : undefined;
}
