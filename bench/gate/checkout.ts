/** A revision in a folder of its own, ready to run, and gone when it is disposed of. */
import { spawnSync } from "node:child_process";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GateFailure } from "./gate-failure.ts";

export interface Checkout {
  readonly folder: string;
  readonly commit: string;
  readonly remove: () => void;
}

const LOCK = "package-lock.json";
const MODULES = "node_modules";

/**
 * @param repository Its root, with what it depends on installed.
 * @throws {GateFailure} when there is no such revision, or it cannot be made to run.
 */
export function checkOut(repository: string, revision: string): Checkout {
  const commit = git(repository, "rev-parse", "--verify", "--quiet", `${revision}^{commit}`);
  if (commit === undefined) throw new GateFailure(`There is no revision ${revision}.`);
  const parent = mkdtempSync(join(tmpdir(), "slipstream-gate-"));
  const folder = join(parent, commit.slice(0, 12));
  const remove = (): void => {
    git(repository, "worktree", "remove", "--force", folder);
    rmSync(parent, { recursive: true, force: true });
  };
  try {
    if (git(repository, "worktree", "add", "--detach", folder, commit) === undefined) {
      throw new GateFailure(`git cannot check ${revision} out into ${folder}.`);
    }
    install(repository, folder);
    return { folder, commit, remove };
  } catch (error) {
    remove();
    throw error;
  }
}

/** @returns `undefined` where it fails. */
export function git(repository: string, ...words: readonly string[]): string | undefined {
  const { status, stdout } = spawnSync("git", words, { cwd: repository, encoding: "utf8" });
  return status === 0 ? stdout.trim() : undefined;
}

/** The same dependencies are borrowed from the repository; others are installed. */
function install(repository: string, folder: string): void {
  const [own, theirs] = [repository, folder].map((place) => readIfThere(join(place, LOCK)));
  if (theirs === undefined) return;
  if (own === theirs && existsSync(join(repository, MODULES))) {
    borrow(join(repository, MODULES), join(folder, MODULES));
    return;
  }
  // Scripts of packages: only `node` has one, and the gate runs both sides with its own Node.
  const words = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];
  const { status, stderr } = spawnSync("npm", words, { cwd: folder, encoding: "utf8" });
  if (status !== 0) throw new GateFailure(`npm ci fails in ${folder}: ${stderr.trim()}`);
}

/**
 * Links to the packages of others, one by one. The links to the workspace's own packages are made anew: one
 * link to the whole folder would lead from every revision to the code of this one, and nothing would ever
 * differ.
 */
function borrow(source: string, target: string): void {
  mkdirSync(target);
  for (const name of readdirSync(source)) {
    const from = join(source, name);
    const to = join(target, name);
    if (lstatSync(from).isSymbolicLink()) symlinkSync(readlinkSync(from), to);
    else if (name.startsWith("@")) borrow(from, to);
    else symlinkSync(from, to);
  }
}

function readIfThere(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, "utf8") : undefined;
}
