import type { KeyChangeType } from "@slipstream/contracts/key-store";
import type { UsageRecordsTable } from "./usage-records-table.ts";

/**
 * The tables as queries see them, the same in every database.
 *
 * Ids are text made by us. `*_ms` are milliseconds since 1970 in an eight-byte integer, which every
 * dialect has to read as a number. What can happen once has a time instead of a flag.
 */
export interface StoreTables {
  organizations: OrganizationsTable;
  workspaces: WorkspacesTable;
  api_keys: ApiKeysTable;
  key_changes: KeyChangesTable;
  key_change_head: KeyChangeHeadTable;
  usage_records: UsageRecordsTable;
  store_checks: StoreChecksTable;
}

interface OrganizationsTable {
  id: string;
  /** Unique. */
  name: string;
  created_at_ms: number;
  suspended_at_ms: number | null;
}

interface WorkspacesTable {
  id: string;
  organization_id: string;
  /** Unique within its organisation. */
  name: string;
  created_at_ms: number;
  suspended_at_ms: number | null;
}

interface ApiKeysTable {
  id: string;
  workspace_id: string;
  /** For people; need not be unique. */
  name: string;
  /** SHA-256 of the key, 64 lower-case hexadecimal digits; unique. */
  key_hash: string;
  /** What a list may show of the key. */
  key_hint: string;
  created_at_ms: number;
  revoked_at_ms: number | null;
  expires_at_ms: number | null;
}

/** What gateways have to forget. */
interface KeyChangesTable {
  /** 1, 2, 3, … in order of commit. */
  position: number;
  key_hash: string;
  type: KeyChangeType;
  changed_at_ms: number;
}

/**
 * One row: the last position given out.
 *
 * Not an automatic column, because that gives out numbers before the commit: where transactions run
 * side by side, a reader could see 6, read on from there, and never learn of a 5 that commits later.
 * Whoever updates this row keeps the others waiting until its own commit.
 */
interface KeyChangeHeadTable {
  position: number;
}

/** One row, with the id 1. */
interface StoreChecksTable {
  id: number;
  /** When it was last tried to write. */
  written_at_ms: number;
}
