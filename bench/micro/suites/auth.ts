/** Who is asking? */
import { hash } from "node:crypto";
import { createAuthenticator } from "@slipstream/auth/authenticator";
import { createApiKey, hashApiKey, isWellFormedKey } from "@slipstream/auth/api-key";
import { LRUCache } from "lru-cache";
import { BloomFilter } from "../bloom-filter.ts";
import { toApiKey } from "../fixtures/names.ts";
import { INNER_MANY, many, ofKind } from "../task.ts";
import type { MaybeLater, Suite, Task } from "../task.ts";

const KEY_CHARACTERS = 35;
const VALID = toApiKey(42);
const INVALID = "bad-key";

function hasKeyFormat(key: string): boolean {
  return key.startsWith("sk-") && key.length === KEY_CHARACTERS;
}

function toHash(key: string): string {
  return hash("sha256", key, "hex");
}

const cache = new LRUCache<string, string>({ max: 10_000, ttl: 30_000 });
cache.set(toHash(toApiKey(1)), "dummy-user-id");
const PRESENT = toHash(toApiKey(1));
const ABSENT = toHash(toApiKey(999_999));

const hotCache = new LRUCache<string, string>({ max: 10_000, ttl: 30_000 });
hotCache.set(toHash(VALID), "user-id-abc");

function lookUp(keys: LRUCache<string, string>, key: string): MaybeLater<string | undefined> {
  return keys.get(key);
}

const KEYS_IN_FILTER = 1000;
const filter = new BloomFilter({ bits: 9592, hashes: 7 });
for (let seed = 0; seed < KEYS_IN_FILTER; seed++) filter.add(toHash(toApiKey(seed)));
const IN_FILTER = toHash(toApiKey(500));
const NOT_IN_FILTER = toHash(toApiKey(1_000_000));

/** Ten million keys at one in a thousand: too large for any cache of a processor. */
const LARGE = { bits: 143_775_874, hashes: 10 } as const;
const largeFilter = new BloomFilter(LARGE);
for (let seed = 0; seed < KEYS_IN_FILTER; seed++) largeFilter.add(toHash(toApiKey(seed)));
const HASHES = Array.from({ length: INNER_MANY }, (_, seed) => toHash(toApiKey(seed)));

const ownKey = createApiKey();
const authorization = `Bearer ${ownKey}`;
const authenticator = createAuthenticator({
  keys: {
    findPrincipal: () =>
      Promise.resolve({ keyId: "key", workspaceId: "workspace", organizationId: "organization" }),
  },
  clock: { nowMs: () => performance.now() },
  caches: { cacheRequest: () => undefined, cacheEviction: () => undefined },
});
await authenticator.authenticate(authorization);

const REFERENCE: readonly Task[] = ofKind("reference", [
  {
    id: "api_key_validation/format_validation_valid",
    does: "prefix and length of a good key",
    inner: INNER_MANY,
    run: many(() => hasKeyFormat(VALID)),
  },
  {
    id: "api_key_validation/format_validation_invalid",
    does: "the same of a bad one",
    inner: INNER_MANY,
    run: many(() => hasKeyFormat(INVALID)),
  },
  {
    id: "api_key_validation/sha256_hash",
    does: "SHA-256 of 35 bytes, as 64 digits",
    inner: INNER_MANY,
    run: many(() => toHash(VALID)),
  },
  {
    id: "api_key_cache/cache_hit",
    does: "an awaited look-up that finds",
    run: async () => await lookUp(cache, PRESENT),
  },
  {
    id: "api_key_cache/cache_miss",
    does: "an awaited look-up that does not",
    run: async () => await lookUp(cache, ABSENT),
  },
  {
    id: "bloom_filter/check_positive",
    does: "a hash that is among the thousand of a filter of 9,592 bits, seven looks",
    fidelity: "FNV-1a and a mixed second hash, where the reference has SipHash-1-3 twice",
    inner: INNER_MANY,
    run: many(() => filter.has(IN_FILTER)),
  },
  {
    id: "bloom_filter/check_negative",
    does: "a hash that is not, which ends early",
    fidelity: "as above",
    inner: INNER_MANY,
    run: many(() => filter.has(NOT_IN_FILTER)),
  },
  {
    id: "full_auth_hot_path/format_hash_cache_hit",
    does: "format, SHA-256 and an awaited look-up that finds",
    published: "433 ns",
    budgetNs: 700,
    run: async () => (hasKeyFormat(VALID) ? await lookUp(hotCache, toHash(VALID)) : undefined),
  },
]);

const LARGE_FILTER: readonly Task[] = ofKind("reference", [
  {
    id: "bloom_filter/check_production_size",
    does: "a thousand hashes in a filter of 18 MB, ten looks each",
    fidelity:
      "the size that ten million keys need; the gateway has none: it keeps unknown keys in a cache",
    inner: INNER_MANY,
    run: many((index) => largeFilter.has(HASHES[index] ?? "")),
  },
]);

const PRODUCTION: readonly Task[] = ofKind("production", [
  {
    id: "api_key_validation/is_well_formed_key",
    does: "prefix, length, alphabet and checksum of a key",
    fidelity: "does more: junk ends here and costs no hash",
    inner: INNER_MANY,
    run: many(() => isWellFormedKey(ownKey)),
  },
  {
    id: "api_key_validation/hash_api_key",
    does: "SHA-256 of 35 bytes, as 64 digits",
    inner: INNER_MANY,
    run: many(() => hashApiKey(ownKey)),
  },
  {
    id: "full_auth_hot_path/authenticate",
    does: "Authenticator: header, checksum, hash, fresh in the cache",
    fidelity: "parses the header too, and answers without a promise",
    budgetNs: 700,
    inner: INNER_MANY,
    run: many(() => authenticator.authenticate(authorization)),
  },
]);

export const AUTH: Suite = {
  name: "auth",
  tasks: [...REFERENCE, ...LARGE_FILTER, ...PRODUCTION],
  missing: [
    {
      id: "bloom_filter/check_positive",
      why: "the gateway has no filter: it keeps unknown keys in a cache",
    },
  ],
  verify() {
    const facts = [
      hasKeyFormat(VALID) && !hasKeyFormat(INVALID),
      cache.get(PRESENT) !== undefined && cache.get(ABSENT) === undefined,
      filter.has(IN_FILTER) && !filter.has(NOT_IN_FILTER),
      isWellFormedKey(ownKey),
      !(authenticator.authenticate(authorization) instanceof Promise),
    ];
    if (facts.includes(false)) throw new Error(`auth does not do what it says: ${facts.join()}`);
  },
};
