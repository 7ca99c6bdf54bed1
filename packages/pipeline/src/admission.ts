/**
 * Decides whether there is room for one more request. What has been admitted is never cut for the sake of
 * others.
 */
import type { ResponseHeaders } from "@slipstream/contracts/client";
import { GatewayError } from "@slipstream/contracts/errors";
import type { ShedObserver, ShedReason } from "@slipstream/contracts/load-shedding";
import { findExcess, toUsedParts } from "./load.ts";
import type { Load, UsedParts } from "./load.ts";

/** Enough for a spike to pass. A client that comes back sooner makes it longer. */
const RETRY_AFTER_SECONDS = 2;

export interface AdmissionOptions {
  readonly limits: Load;
  /** What there is at the moment, request bodies left out: those are counted here. Cheap: asked per request. */
  readonly load: () => Load;
  readonly observer: ShedObserver;
}

export class Admission {
  // Made once: an error takes its stack along, which costs more than all the rest of a refusal.
  readonly #overloaded = overloaded();
  readonly #tooManyConnections = overloaded({ connection: "close" });
  readonly #limits: Load;
  readonly #load: () => Load;
  readonly #observer: ShedObserver;
  /** Request bodies in memory, those included that have been announced and may come. */
  #bodyBytes = 0;

  constructor({ limits, load, observer }: AdmissionOptions) {
    this.#limits = limits;
    this.#load = load;
    this.#observer = observer;
  }

  /** Of each limit the part that is in use; 1 and more is an end. */
  get usedParts(): UsedParts {
    return toUsedParts(this.#currentLoad(), this.#limits);
  }

  /** @returns `overloaded`, which is counted; `undefined` when one more request may begin. */
  findRefusal(): GatewayError | undefined {
    const reason = findExcess(this.#currentLoad(), this.#limits);
    return reason === undefined ? undefined : this.#refuse(reason);
  }

  /** For a connection that is one too many: it is closed after the refusal. */
  refuseConnection(): GatewayError {
    this.#observer.requestShed("connections");
    return this.#tooManyConnections;
  }

  #refuse(reason: ShedReason): GatewayError {
    this.#observer.requestShed(reason);
    return this.#overloaded;
  }

  /**
   * Makes room for a body before it is read.
   *
   * @throws {GatewayError} `overloaded` when there is none for so many bytes.
   */
  holdBody(bytes: number): BodyHold {
    if (this.#currentLoad().heldBytes + bytes > this.#limits.heldBytes) {
      throw this.#refuse("held_bytes");
    }
    this.#bodyBytes += bytes;
    return new BodyHold(bytes, (change) => (this.#bodyBytes += change));
  }

  #currentLoad(): Load {
    const load = this.#load();
    return { ...load, heldBytes: load.heldBytes + this.#bodyBytes };
  }
}

function overloaded(more: ResponseHeaders = {}): GatewayError {
  const headers = { ...more, "retry-after": String(RETRY_AFTER_SECONDS) };
  const message = "The gateway has too much to do at the moment. Please try again later.";
  return new GatewayError("overloaded", message, { headers });
}

/** The room of one body. */
export class BodyHold {
  readonly #change: (bytes: number) => void;
  #bytes: number;

  constructor(bytes: number, change: (bytes: number) => void) {
    this.#bytes = bytes;
    this.#change = change;
  }

  /** It has turned out how large the body is. */
  resize(bytes: number): void {
    this.#change(bytes - this.#bytes);
    this.#bytes = bytes;
  }

  /** Idempotent. */
  release(): void {
    this.resize(0);
  }
}
