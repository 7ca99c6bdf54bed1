import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { readPeersFile } from "./peers-file.ts";

const folder = mkdtempSync(join(tmpdir(), "slipstream-peers-"));
afterAll(() => rmSync(folder, { recursive: true }));

const PEER = { name: "other", url: "http://127.0.0.1:4000/v1/chat/completions", pids: [7] };

function read(file: unknown): ReturnType<typeof readPeersFile> {
  const path = join(folder, "peers.json");
  writeFileSync(path, typeof file === "string" ? file : JSON.stringify(file));
  return readPeersFile(path);
}

test("what is left out has a default", () => {
  const { mockPort, peers } = read({ mockPort: 18_080, peers: [PEER] });
  expect(mockPort).toBe(18_080);
  expect(peers).toEqual([{ ...PEER, url: new URL(PEER.url), headers: {}, model: "{script}" }]);
});

test.each([
  [{ peers: [] }, "mockPort: a number"],
  [{ mockPort: 1 }, "peers: a list"],
  [{ mockPort: 1, peers: [{ ...PEER, name: "nginx" }] }, "peers[0].name: a word"],
  [{ mockPort: 1, peers: [PEER, PEER] }, "two are called other"],
  [{ mockPort: 1, peers: [{ ...PEER, url: "https://x" }] }, "peers[0].url: of its endpoint"],
  [{ mockPort: 1, peers: [{ ...PEER, pids: [] }] }, "peers[0].pids: a list"],
  [{ mockPort: 1, peers: [{ ...PEER, headers: { a: 1 } }] }, "peers[0].headers: texts"],
  [{ mockPort: 1, peers: [{ ...PEER, headers: "Bearer x" }] }, "peers[0].headers: texts"],
  ["{", "cannot be read as JSON"],
])("refuses %j", (file, problem) => {
  expect(() => read(file)).toThrow(problem);
});

test("tells every problem at once", () => {
  expect(() => read({ peers: [{}] })).toThrow(/mockPort[^]*name[^]*pids[^]*url/);
});
