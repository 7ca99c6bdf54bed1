/** Whose turn is it? */
import { LRUCache } from "lru-cache";
import { MODEL_NAME } from "../fixtures/names.ts";
import { createPool, pick } from "../production/routes.ts";
import { INNER_MANY, many, ofKind } from "../task.ts";
import type { MaybeLater, Suite, Task } from "../task.ts";

interface Provider {
  readonly name: string;
}

function createProviders(count: number): Provider[] {
  return Array.from({ length: count }, (_, index) => ({ name: `provider-${index}` }));
}

const turns = new Map<string, number>();

function takeTurn(key: string, count: number): number {
  const turn = (turns.get(key) ?? 0) % count;
  turns.set(key, (turn + 1) % count);
  return turn;
}

const THREE = createProviders(3);
const TEN = createProviders(10);
const FIVE = createProviders(5);
const WANTED = [FIVE[1], FIVE[3]];

/** All of them, from the one whose turn it is. */
function order(key: string, providers: readonly Provider[]): Provider[] {
  const start = takeTurn(key, providers.length);
  const ordered: Provider[] = [];
  for (let step = 0; step < providers.length; step++) {
    const provider = providers[(start + step) % providers.length];
    if (provider !== undefined) ordered.push(provider);
  }
  return ordered;
}

/** Of a map or a cache. */
interface LookUp<Value> {
  get(key: string): Value | undefined;
}

function lookUp<Value>(values: LookUp<Value>, key: string): MaybeLater<Value | undefined> {
  return values.get(key);
}

const sticky = new LRUCache<string, Provider>({ max: 100_000, ttl: 3_600_000 });
sticky.set("chatcmpl-abc123def456", { name: "provider-0" });

const models = new Map([
  [MODEL_NAME, THREE],
  ["another/model", TEN],
]);

const poolOfThree = createPool(1, 3);
const poolOfTen = createPool(1, 10);

const REFERENCE: readonly Task[] = ofKind("reference", [
  {
    id: "round_robin/index_key_format",
    does: "a prefix and a model's name become one text",
    fidelity: "JavaScript joins texts without copying them until they are read; this reads them",
    inner: INNER_MANY,
    run: many((index) => turns.get(`id:${MODEL_NAME}${index & 1}`)),
  },
  {
    id: "round_robin/mutex_and_select_3",
    does: "the turn among three looked up and moved on",
    fidelity: "without the lock: there is one thread",
    inner: INNER_MANY,
    run: many(() => takeTurn("id:model-3", 3)),
  },
  {
    id: "provider_ordering/order_providers/3",
    does: "three providers in a new array, from the one whose turn it is",
    published: "55 ns",
    inner: INNER_MANY,
    run: many(() => order("id:model-3", THREE)),
  },
  {
    id: "provider_ordering/order_providers/10",
    does: "ten",
    published: "70 ns",
    inner: INNER_MANY,
    run: many(() => order("id:model-10", TEN)),
  },
  {
    id: "sticky_routing/cache_hit",
    does: "an awaited look-up of an answer's provider that finds",
    run: async () => await lookUp(sticky, "chatcmpl-abc123def456"),
  },
  {
    id: "sticky_routing/cache_miss",
    does: "one that does not",
    run: async () => await lookUp(sticky, "chatcmpl-missing-999"),
  },
  {
    id: "rwlock_model_lookup/read_and_lookup",
    does: "an awaited look-up of a model in a map of two",
    fidelity: "an await in place of the lock",
    run: async () => (await lookUp(models, MODEL_NAME)) !== undefined,
  },
  {
    id: "pubkey_filtering/ptr_eq_5_providers",
    does: "those of five providers that are among two",
    inner: INNER_MANY,
    run: many(() => FIVE.filter((provider) => WANTED.includes(provider))),
  },
]);

const PRODUCTION: readonly Task[] = ofKind("production", [
  {
    id: "provider_ordering/pick/3",
    does: "ProviderPool: the next of three deployments, by tier and weight",
    fidelity: "picks one instead of ordering all; the others are asked for only after a failure",
    inner: INNER_MANY,
    run: many(() => pick(poolOfThree)),
  },
  {
    id: "provider_ordering/pick/10",
    does: "of ten",
    inner: INNER_MANY,
    run: many(() => pick(poolOfTen)),
  },
]);

export const PROVIDER_POOL: Suite = {
  name: "provider-pool",
  tasks: [...REFERENCE, ...PRODUCTION],
  missing: [
    { id: "sticky_routing", why: "requests are not bound to a deployment yet" },
    { id: "pubkey_filtering", why: "deployments have no public keys yet" },
  ],
  verify() {
    const [first, second] = [order("verify", THREE)[0], order("verify", THREE)[0]];
    if (first === second) throw new Error("turns do not move on");
    if (pick(poolOfThree) === pick(poolOfThree)) throw new Error("picks do not move on");
  },
};
