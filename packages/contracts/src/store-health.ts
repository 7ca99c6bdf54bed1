/**
 * What is known about the store from trying it out again and again.
 */

/**
 * `file`: the database is still where others look for it; `read`: keys can be looked up; `write`: a
 * change can be made safe; `records`: usage records get there. Each may fail while the others pass.
 */
export const STORE_CHECKS = ["file", "read", "write", "records"] as const;

export type StoreCheckName = (typeof STORE_CHECKS)[number];

export type StoreCheckState =
  | { readonly type: "passing" }
  | {
      readonly type: "failing";
      /** Of its first failure, on the clock that the store was given. */
      readonly sinceMs: number;
      /** Why, as it was when the check began to fail. */
      readonly error: unknown;
    }
  /** It fails, and will go on to until this process is started again. */
  | { readonly type: "lost"; readonly error: unknown };

export type StoreHealth = Readonly<Record<StoreCheckName, StoreCheckState>>;

/** Port: told when a check begins to fail, is lost, or passes again. Synchronous; must not throw. */
export interface StoreObserver {
  storeCheckChanged(check: StoreCheckName, state: StoreCheckState): void;
}
