/**
 * Other gateways to be measured in the same run, from a small file of JSON. They are started by whoever wants
 * to know, and forward to the mock, which therefore listens on a port that the file says.
 */
import { readFileSync } from "node:fs";
import { SUBJECTS } from "./subjects/subject.ts";

export interface PeersFile {
  readonly mockPort: number;
  readonly peers: readonly Peer[];
}

export interface Peer {
  /** The head of its column. */
  readonly name: string;
  /** Of its endpoint for chat completions. */
  readonly url: URL;
  /** The roots of its process trees on this machine: their CPU time is its cost. */
  readonly pids: readonly number[];
  readonly headers: Readonly<Record<string, string>>;
  /** What it calls a scenario: `{script}` is the mock's own name for it, `{scenario}` a plain word. */
  readonly model: string;
}

export const NO_PEERS: PeersFile = { mockPort: 0, peers: [] };

const PORT_MAX = 65_535;

/** @throws with every problem, its place and what is accepted. */
export function readPeersFile(path: string): PeersFile {
  const problems: string[] = [];
  const file = toRecord(parse(path));
  const { mockPort, peers } = file;
  if (!isWhole(mockPort, PORT_MAX)) problems.push("mockPort: a number from 1 to 65535");
  if (!Array.isArray(peers)) problems.push("peers: a list");
  const given: readonly unknown[] = Array.isArray(peers) ? peers : [];
  const read = given.map((peer, index) =>
    readPeer(peer, (text) => problems.push(`peers[${index}].${text}`)),
  );
  const names = read.map(({ name }) => name);
  const doubled = names.find((name, index) => names.indexOf(name) !== index);
  if (doubled !== undefined) problems.push(`peers: two are called ${doubled}`);
  if (problems.length > 0) {
    throw new Error(`${path}:\n${problems.map((text) => `  ${text}`).join("\n")}`);
  }
  return { mockPort: Number(mockPort), peers: read };
}

function readPeer(given: unknown, complain: (text: string) => void): Peer {
  const { name, url, pids, headers = {}, model = "{script}" } = toRecord(given);
  const isName = typeof name === "string" && /^[\w-]+$/.test(name) && !SUBJECTS.includes(name);
  if (!isName) complain(`name: a word of its own; taken are ${SUBJECTS.join(", ")}`);
  if (!isPids(pids)) complain("pids: a list of process ids, at least one");
  if (!isTexts(headers)) complain("headers: texts by name");
  if (typeof model !== "string") {
    complain("model: a text, in which {script} or {scenario} is filled in");
  }
  return {
    name: String(name),
    url: readUrl(url, complain),
    pids: isPids(pids) ? pids : [],
    headers: isTexts(headers) ? headers : {},
    model: String(model),
  };
}

function readUrl(given: unknown, complain: (text: string) => void): URL {
  const url = typeof given === "string" ? URL.parse(given) : null;
  if (url?.protocol === "http:") return url;
  complain("url: of its endpoint, e.g. http://127.0.0.1:4000/v1/chat/completions");
  return new URL("http://127.0.0.1");
}

function isPids(value: unknown): value is number[] {
  return Array.isArray(value) && value.length > 0 && value.every((pid) => isWhole(pid));
}

function isTexts(value: unknown): value is Readonly<Record<string, string>> {
  const isRecord = typeof value === "object" && value !== null && !Array.isArray(value);
  return isRecord && Object.values(value).every((text) => typeof text === "string");
}

function parse(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (cause) {
    throw new Error(`${path} cannot be read as JSON.`, { cause });
  }
}

function toRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

function isWhole(value: unknown, max = Infinity): value is number {
  return Number.isSafeInteger(value) && Number(value) > 0 && Number(value) <= max;
}
