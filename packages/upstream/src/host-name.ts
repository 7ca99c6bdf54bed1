/**
 * A name of an upstream and its addresses.
 *
 * Each new connection asks for them anew, so that it goes where the name points now; all that ask at the same
 * time share one look-up. While a resolver is silent or fails, the last addresses are used for a while
 * (as in RFC 8767). That a name does not exist is an answer too, and ends that.
 */
import dns from "node:dns";
import type { LookupAddress } from "node:dns";
import type { LookupFunction } from "node:net";
import process from "node:process";
import timers from "node:timers";
import type { Clock } from "@slipstream/contracts/clock";
import type { LookupJob, LookupLine } from "./lookup-line.ts";

/** What a new connection waits for its addresses, ms. Resolvers try again after 5 s. */
const LOOKUP_MS_MAX = 5000;
/** The same where there are old addresses to go on with, ms: far more than a resolver needs that works. */
const PATIENCE_MS = 200;
/** Addresses that are older are not used any more, ms: they may belong to somebody else by then. */
const STALE_MS_MAX = 15 * 60_000;
/** The name does not exist: an answer, not a failure to get one. */
const NOT_FOUND = "ENOTFOUND";
/** As many as one origin has connections. Who comes when so many wait for one name is not let in. */
const WAITERS_MAX = 4096;

/** The resolver has not answered in time. */
class LookupTimeoutError extends Error {
  override readonly name = "LookupTimeoutError";
  readonly code = "ETIMEOUT";

  constructor() {
    super("the name was not resolved in time");
  }
}

type Found =
  | { readonly type: "found"; readonly addresses: readonly LookupAddress[] }
  | { readonly type: "failed"; readonly error: Error };

type Waiter = (found: Found) => void;

/** A look-up under way; who needs addresses waits for it until it is `overdue`. */
type Lookup =
  | { readonly type: "none" }
  | { readonly type: "awaited"; readonly waiters: Waiter[]; readonly timer: NodeJS.Timeout }
  | { readonly type: "overdue" };

interface KnownAddresses {
  readonly addresses: readonly LookupAddress[];
  readonly atMs: number;
}

export class HostName implements LookupJob {
  readonly #name: string;
  readonly #line: LookupLine;
  readonly #clock: Clock;
  #lookup: Lookup = { type: "none" };
  #known: KnownAddresses | undefined;

  constructor(name: string, line: LookupLine, clock: Clock) {
    this.#name = name;
    this.#line = line;
    this.#clock = clock;
  }

  /** For sockets. */
  readonly lookup: LookupFunction = (_name, { all }, callback) => {
    this.#find((found) => {
      if (found.type === "failed") return callback(found.error, []);
      const { addresses } = found;
      const [first] = addresses;
      if (all === true || first === undefined) return callback(null, [...addresses]);
      return callback(null, first.address, first.family);
    });
  };

  #find(waiter: Waiter): void {
    if (this.#lookup.type === "none") this.#begin();
    const lookup = this.#lookup;
    if (lookup.type === "awaited" && lookup.waiters.length < WAITERS_MAX) {
      lookup.waiters.push(waiter);
    } else {
      // Not within the call that makes the socket: nobody listens to it yet.
      process.nextTick(waiter, this.#findOld());
    }
  }

  #begin(): void {
    const waitMs = this.#findOld().type === "found" ? PATIENCE_MS : LOOKUP_MS_MAX;
    const timer = timers.setTimeout(() => this.#giveUpWaiting(), waitMs).unref();
    this.#lookup = { type: "awaited", waiters: [], timer };
    this.#line.add(this);
  }

  run(done: () => void): void {
    dns.lookup(this.#name, { all: true, hints: dns.ADDRCONFIG }, (error, addresses) => {
      done();
      this.#end(error, addresses);
    });
  }

  #end(error: NodeJS.ErrnoException | null, addresses: readonly LookupAddress[]): void {
    const lookup = this.#lookup;
    this.#lookup = { type: "none" };
    if (error === null) this.#known = { addresses, atMs: this.#clock.nowMs() };
    else if (error.code === NOT_FOUND) this.#known = undefined;
    if (lookup.type !== "awaited") return;
    timers.clearTimeout(lookup.timer);
    tell(lookup.waiters, this.#findOld(error ?? undefined));
  }

  /** The look-up goes on, but nobody waits for it. */
  #giveUpWaiting(): void {
    const lookup = this.#lookup;
    this.#lookup = { type: "overdue" };
    if (lookup.type === "awaited") tell(lookup.waiters, this.#findOld());
  }

  /** @param error What is told without addresses. */
  #findOld(error?: Error): Found {
    const known = this.#known;
    if (known !== undefined && this.#clock.nowMs() - known.atMs < STALE_MS_MAX) {
      return { type: "found", addresses: known.addresses };
    }
    return { type: "failed", error: error ?? new LookupTimeoutError() };
  }
}

function tell(waiters: readonly Waiter[], found: Found): void {
  for (const waiter of waiters) waiter(found);
}
