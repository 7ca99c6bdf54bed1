/** `keys create|list|revoke`: works on the store, beside a running gateway or without one. */
import { createApiKey, hashApiKey, toKeyHint } from "@slipstream/auth/api-key";
import type { KeyAdministration, ListedKey } from "@slipstream/store/key-administration";
import { openStore } from "@slipstream/store/open-store";
import { loadStoreUrl } from "../config/load-config.ts";
import { formatTable } from "./format-table.ts";

export type KeysAction = "create" | "list" | "revoke";

/** Where a new key goes, or which keys are meant. What is left out is `default`, or any. */
interface KeySelection {
  readonly organization: string | undefined;
  readonly workspace: string | undefined;
  readonly name: string | undefined;
  readonly keyId: string | undefined;
}

export interface KeysOptions {
  readonly action: KeysAction;
  readonly configPath: string;
  readonly selection: KeySelection;
  readonly isJson: boolean;
}

/** What a command has to say: to a program, and to a person. */
interface Result {
  readonly json: object;
  readonly text: string;
}

const ACTIONS: Readonly<
  Record<KeysAction, (keys: KeyAdministration, selection: KeySelection) => Promise<Result>>
> = { create, list, revoke };

export async function manageKeys(options: KeysOptions): Promise<void> {
  const store = await openStore(await loadStoreUrl(options.configPath, process.env));
  try {
    const result = await ACTIONS[options.action](store.keyAdministration, options.selection);
    console.log(options.isJson ? JSON.stringify(result.json) : result.text);
  } finally {
    await store.close();
  }
}

async function create(keys: KeyAdministration, selection: KeySelection): Promise<Result> {
  const { organization = "default", workspace = "default", name = "default" } = selection;
  const key = createApiKey();
  const place = { organization, workspace, name };
  const keyHash = hashApiKey(key);
  const created = await keys.createKey({ ...place, keyHash, keyHint: toKeyHint(key) });
  const { keyId, workspaceId, organizationId } = created;
  return {
    json: { id: keyId, key, ...place, workspaceId, organizationId },
    text: `${key}\n\nKey ${keyId} of ${organization}/${workspace}. It is shown this once only.`,
  };
}

async function list(keys: KeyAdministration, selection: KeySelection): Promise<Result> {
  const { found, isComplete } = await findKeys(keys, selection);
  const rows = found.map((key) => [
    key.keyId,
    key.organization,
    key.workspace,
    key.name,
    key.keyHint,
    new Date(key.createdAtMs).toISOString(),
    stateOf(key),
  ]);
  const head = ["ID", "ORGANIZATION", "WORKSPACE", "NAME", "KEY", "CREATED", "STATE"];
  return {
    json: { keys: found.map(toJson), isComplete },
    text: [
      found.length === 0 ? "There are no such keys." : formatTable([head, ...rows]),
      ...(isComplete ? [] : ["There are more: name an organisation or a workspace."]),
    ].join("\n"),
  };
}

async function revoke(keys: KeyAdministration, selection: KeySelection): Promise<Result> {
  const keyId = selection.keyId ?? (await findTheOne(keys, selection)).keyId;
  const revoked = await keys.revokeKey(keyId);
  if (revoked === undefined) throw new Error(`There is no key ${keyId}; \`keys list\` shows them.`);
  const revokedAt = new Date(revoked.revokedAtMs).toISOString();
  return {
    json: { id: keyId, revokedAt },
    text: `Key ${keyId} was revoked at ${revokedAt}. Gateways refuse it within a second.`,
  };
}

/** Revoking is for good, so a description must fit one live key and no other. */
async function findTheOne(keys: KeyAdministration, selection: KeySelection): Promise<ListedKey> {
  const { found, isComplete } = await findKeys(keys, selection);
  const live = found.filter((key) => key.revokedAtMs === null);
  const [only, ...others] = live;
  if (only !== undefined && others.length === 0 && isComplete) return only;
  throw new Error(`${live.length} live keys fit; name one by its id. \`keys list\` shows them.`);
}

interface FoundKeys {
  readonly found: readonly ListedKey[];
  /** False when the store has more than one list shows. */
  readonly isComplete: boolean;
}

async function findKeys(
  keys: KeyAdministration,
  { organization, workspace, name }: KeySelection,
): Promise<FoundKeys> {
  const listed = await keys.listKeys({ organization, workspace });
  const found = listed.keys.filter((key) => name === undefined || key.name === name);
  return { found, isComplete: listed.isComplete };
}

function toJson(key: ListedKey): object {
  return {
    id: key.keyId,
    organization: key.organization,
    workspace: key.workspace,
    name: key.name,
    hint: key.keyHint,
    state: stateOf(key),
    createdAt: toTime(key.createdAtMs),
    revokedAt: toTime(key.revokedAtMs),
    expiresAt: toTime(key.expiresAtMs),
  };
}

function stateOf(key: ListedKey): "live" | "revoked" | "expired" {
  if (key.revokedAtMs !== null) return "revoked";
  return key.expiresAtMs !== null && key.expiresAtMs <= Date.now() ? "expired" : "live";
}

function toTime(epochMs: number | null): string | null {
  return epochMs === null ? null : new Date(epochMs).toISOString();
}
