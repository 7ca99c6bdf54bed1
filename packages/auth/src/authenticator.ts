/**
 * Who does a request act for? Warm: once per request.
 *
 * In this order, the cheapest first: form of the header, checksum of the key, hash, keys known to
 * exist, keys known not to, a look-up already under way, the store. A malformed key never gets as
 * far as the hash and is in no cache metric; every well-formed one counts there exactly once.
 */
import type { CacheObserver } from "@slipstream/contracts/cache-events";
import type { Clock } from "@slipstream/contracts/clock";
import { GatewayError } from "@slipstream/contracts/errors";
import type { KeyChange, KeyStore } from "@slipstream/contracts/key-store";
import type { Principal } from "@slipstream/contracts/principal";
import { hashApiKey, isWellFormedKey } from "./api-key.ts";
import { parseBearer } from "./bearer.ts";
import { KeyCache } from "./key-cache.ts";
import { LookUpError, LookUps } from "./look-ups.ts";
import type { LookUp } from "./look-ups.ts";

/** By then a restarted store or a shorter queue is likely. */
const RETRY_AFTER_SECONDS = 1;

export interface AuthenticatorOptions {
  readonly keys: Pick<KeyStore, "findPrincipal">;
  readonly clock: Clock;
  readonly caches: CacheObserver;
}

export interface Authenticator {
  /**
   * Answers at once when a cache knows, which is nearly always; a promise means that the store is
   * asked.
   *
   * @param authorization The header as sent.
   * @throws {GatewayError} (or rejects with it) `missing_api_key`; `invalid_api_key`, the same for a
   *   malformed, an unknown and a revoked key; `auth_unavailable` when the store cannot answer and
   *   the caches cannot help.
   */
  authenticate(authorization: string | undefined): Principal | Promise<Principal>;
  /** Drops what is no longer true of these keys; an answer still on its way for one is not kept. */
  learn(changes: readonly KeyChange[]): void;
  /**
   * Some key may have changed and nobody knows which: each has to be asked for again. While the
   * store is down, those that existed still serve for as long as every stale answer.
   */
  doubtAll(): void;
  /**
   * Ends the waiting for a store that takes too long: with what was known before, or with
   * `auth_unavailable`. To be called some ten times a second.
   */
  sweep(): void;
}

export function createAuthenticator(options: AuthenticatorOptions): Authenticator {
  return new KeyAuthenticator(options);
}

class KeyAuthenticator implements Authenticator {
  readonly #keys: Pick<KeyStore, "findPrincipal">;
  readonly #caches: CacheObserver;
  readonly #known: KeyCache;
  readonly #lookUps: LookUps;

  constructor({ keys, clock, caches }: AuthenticatorOptions) {
    this.#keys = keys;
    this.#caches = caches;
    this.#known = new KeyCache(clock, () => caches.cacheEviction("api_key"));
    this.#lookUps = new LookUps(clock);
  }

  authenticate(authorization: string | undefined): Principal | Promise<Principal> {
    const keyHash = hashApiKey(readKey(authorization));
    const principal = this.#known.findFresh(keyHash);
    if (principal !== undefined) {
      this.#caches.cacheRequest("api_key", "hit");
      return principal;
    }
    if (this.#known.isAbsent(keyHash)) {
      this.#caches.cacheRequest("api_key", "negative");
      throw invalidKey();
    }
    const lookUp = this.#lookUps.find(keyHash);
    this.#caches.cacheRequest("api_key", lookUp === undefined ? "miss" : "coalesced");
    if (lookUp === undefined) return this.#lookUp(keyHash);
    if (this.#lookUps.isWaitedFor(lookUp)) return lookUp.answer.promise;
    return this.#serveStale(keyHash, new LookUpError("LOOK_UP_OVERDUE"));
  }

  learn(changes: readonly KeyChange[]): void {
    for (const { keyHash, type } of changes) {
      if (type === "created") this.#known.forgetAbsent(keyHash);
      else this.#known.forgetPresent(keyHash);
      this.#lookUps.overtake(keyHash);
    }
  }

  doubtAll(): void {
    this.#known.doubtAll();
    this.#lookUps.overtakeAll();
  }

  sweep(): void {
    for (const lookUp of this.#lookUps.sweep()) {
      this.#giveUp(lookUp, new LookUpError("LOOK_UP_OVERDUE"));
    }
  }

  /** A key that is known has room of its own, which strangers cannot fill. */
  #lookUp(keyHash: string): Promise<Principal> {
    const isKnown = this.#known.isPresent(keyHash);
    if (!isKnown && this.#lookUps.isFull) throw unavailable(new LookUpError("LOOK_UPS_TOO_MANY"));
    const lookUp = this.#lookUps.begin(keyHash, isKnown);
    this.#keys.findPrincipal(keyHash).then(
      (principal) => this.#answer(lookUp, principal),
      (cause: unknown) => {
        this.#lookUps.end(lookUp);
        this.#giveUp(lookUp, cause);
      },
    );
    return lookUp.answer.promise;
  }

  #answer(lookUp: LookUp, principal: Principal | undefined): void {
    if (this.#lookUps.end(lookUp)) this.#known.remember(lookUp.keyHash, principal);
    if (!this.#lookUps.release(lookUp)) return;
    if (principal === undefined) lookUp.answer.reject(invalidKey());
    else lookUp.answer.resolve(principal);
  }

  /** Answers those who still wait with what was known before. */
  #giveUp(lookUp: LookUp, cause: unknown): void {
    if (!this.#lookUps.release(lookUp)) return;
    try {
      lookUp.answer.resolve(this.#serveStale(lookUp.keyHash, cause));
    } catch (error) {
      lookUp.answer.reject(error);
    }
  }

  #serveStale(keyHash: string, cause: unknown): Principal {
    const principal = this.#known.findStale(keyHash);
    if (principal === undefined) throw unavailable(cause);
    this.#caches.cacheRequest("api_key", "stale");
    return principal;
  }
}

function readKey(authorization: string | undefined): string {
  const key = authorization === undefined ? undefined : parseBearer(authorization);
  if (key === undefined) {
    throw new GatewayError(
      "missing_api_key",
      "No API key given. Send one in the header `Authorization: Bearer <key>`.",
    );
  }
  if (!isWellFormedKey(key)) throw invalidKey();
  return key;
}

function invalidKey(): GatewayError {
  return new GatewayError("invalid_api_key", "The API key is not valid.");
}

function unavailable(cause: unknown): GatewayError {
  return new GatewayError("auth_unavailable", "API keys cannot be checked at the moment.", {
    cause,
    headers: { "retry-after": String(RETRY_AFTER_SECONDS) },
  });
}
