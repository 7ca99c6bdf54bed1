/** An authenticator over a store that answers as a test says. */
import type { CacheResult } from "@slipstream/contracts/cache-events";
import { GatewayError } from "@slipstream/contracts/errors";
import type { KeyChange } from "@slipstream/contracts/key-store";
import type { Principal } from "@slipstream/contracts/principal";
import { createApiKey, hashApiKey } from "../src/api-key.ts";
import { createAuthenticator } from "../src/authenticator.ts";
import type { Authenticator } from "../src/authenticator.ts";

const KEY = createApiKey();
export const HEADER: string = `Bearer ${KEY}`;
export const HASH: string = hashApiKey(KEY);
export const CREATED: KeyChange = { keyHash: HASH, type: "created" };
export const WITHDRAWN: KeyChange = { keyHash: HASH, type: "withdrawn" };
export const PRINCIPAL: Principal = {
  keyId: "key_1",
  workspaceId: "ws_1",
  organizationId: "org_1",
};

/** As often as a gateway sweeps. */
export const SWEEP_MS = 50;

export type Answer = Principal | "absent" | Error;

/** What the store says, what time it is, and what was seen. */
interface World {
  answer: Answer;
  nowMs: number;
  readonly asked: string[];
  readonly results: CacheResult[];
  evictions: number;
}

interface AuthenticatorRig {
  readonly authenticator: Authenticator;
  readonly world: World;
  /** What a request with this header gets: a key id or an error code. */
  readonly ask: (header?: string) => Promise<string>;
  /** Lets time pass, swept as in a gateway. */
  readonly pass: (durationMs: number) => void;
  /** Questions to the store from now on get no answer until the release. */
  readonly hold: () => void;
  readonly release: () => void;
}

/** An authenticator over a store that gives `answer`, at once or when a held question is released. */
export function setUp(answer: Answer = PRINCIPAL): AuthenticatorRig {
  const world: World = { answer, nowMs: 0, asked: [], results: [], evictions: 0 };
  let held: Array<() => void> | undefined;
  const authenticator = createAuthenticator({
    clock: { nowMs: () => world.nowMs },
    caches: {
      cacheRequest: (_cache, result) => world.results.push(result),
      cacheEviction: () => world.evictions++,
    },
    keys: {
      findPrincipal: async (keyHash) => {
        world.asked.push(keyHash);
        const given = world.answer;
        if (held !== undefined) await new Promise<void>((resolve) => held?.push(resolve));
        if (given instanceof Error) throw given;
        return given === "absent" ? undefined : given;
      },
    },
  });
  return {
    authenticator,
    world,
    ask: async (header = HEADER) => outcomeOf(authenticator, header),
    pass: (durationMs) => {
      for (let passedMs = 0; passedMs < durationMs; passedMs += SWEEP_MS) {
        world.nowMs += SWEEP_MS;
        authenticator.sweep();
      }
    },
    hold: () => {
      held = [];
    },
    release: () => {
      held?.forEach((resolve) => resolve());
      held = undefined;
    },
  };
}

async function outcomeOf(
  authenticator: Authenticator,
  header: string | undefined,
): Promise<string> {
  try {
    return (await authenticator.authenticate(header)).keyId;
  } catch (error) {
    return error instanceof GatewayError ? error.code : String(error);
  }
}

/** Headers with as many keys that nobody has asked for. */
export function strangers(count: number): string[] {
  return Array.from({ length: count }, () => `Bearer ${createApiKey()}`);
}
