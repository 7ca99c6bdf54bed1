/** The caches of the gateway, as metric label. */
export const CACHES = ["api_key"] as const;
export type CacheName = (typeof CACHES)[number];

/**
 * What a look-up found: `hit`; `miss` (the store was asked); `negative` (known to be absent);
 * `coalesced` (waited for a look-up already under way). `stale` comes on top of one of these: the store
 * could not answer, and what was known before had to do.
 */
export const CACHE_RESULTS = ["hit", "miss", "negative", "coalesced", "stale"] as const;
export type CacheResult = (typeof CACHE_RESULTS)[number];

/** Port: told of every look-up in a cache. Synchronous; must not throw. */
export interface CacheObserver {
  cacheRequest(cache: CacheName, result: CacheResult): void;
  /** The cache was full and gave up its oldest entry. */
  cacheEviction(cache: CacheName): void;
}
