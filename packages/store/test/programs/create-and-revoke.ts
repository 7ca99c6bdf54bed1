/**
 * Opens the store at `argv[2]`, makes a key with the hash `argv[3]`, revokes it and ends. It says
 * "ready" and waits for a word on its input first, so that several can be let loose at once.
 */
import { once } from "node:events";
import { openStore } from "../../src/open-store.ts";

const [, , url = "", keyHash = ""] = process.argv;

process.stdout.write("ready");
await once(process.stdin, "data");
process.stdin.destroy();

const store = await openStore(url);
const { keyId } = await store.keyAdministration.createKey({
  organization: "acme",
  workspace: "main",
  name: "ci",
  keyHash,
  keyHint: "sk-…",
});
await store.keyAdministration.revokeKey(keyId);
await store.close();
