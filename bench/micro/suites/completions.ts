/**
 * Forwarding a stream of 200 tokens: what the reference did before, what it does now, and what the gateway
 * does.
 */
import { randomUUID } from "node:crypto";
import { LRUCache } from "lru-cache";
import { CATALOG_MODEL, cloneModel } from "../fixtures/names.ts";
import type { CatalogModel } from "../fixtures/names.ts";
import {
  cloneEvent,
  PARSED_EVENTS,
  PAYLOADS,
  TOKENS,
  verifyPayloads,
} from "../fixtures/payloads.ts";
import type { ParsedEvent } from "../fixtures/payloads.ts";
import { GrowingBytes } from "../growing-bytes.ts";
import {
  meterEvent,
  relayForwarding,
  relayMetered,
  relayPacked,
  relayUsageCut,
  verifyRelay,
} from "../production/relay.ts";
import { createPool, findRoute } from "../production/routes.ts";
import { INNER_MANY, many, ofKind, sink, TURN } from "../task.ts";
import type { MaybeLater, Suite, Task } from "../task.ts";

const DATA = "data: ";

interface Told {
  id: string | undefined;
  readonly accumulated: GrowingBytes;
}

/** As it was: each token is parsed, and framed anew, and two locks are waited for. */
async function forwardParsing(): Promise<Buffer[]> {
  const told: Told = { id: undefined, accumulated: new GrowingBytes() };
  const frames: Buffer[] = [];
  for (const payload of PAYLOADS.slice()) frames.push(await parseAndFrame(payload, told));
  return frames;
}

async function parseAndFrame(payload: Buffer, told: Told): Promise<Buffer> {
  const text = payload.toString().slice(DATA.length).trim();
  const chunk = JSON.parse(text) as { readonly id: string };
  await TURN;
  told.id = chunk.id;
  const frame = reframe(payload);
  await TURN;
  told.accumulated.append(frame);
  return frame;
}

function reframe(payload: Buffer): Buffer {
  const line = payload.toString().trim();
  const data = line.startsWith(DATA) ? line.slice(DATA.length) : line;
  return Buffer.from(`data: ${data}\n\n`);
}

/** As it is: the first token is parsed, and each is copied with a line end behind it. */
function forwardCopying(): Buffer[] {
  const told: Told = { id: undefined, accumulated: new GrowingBytes() };
  return [...PAYLOADS].map((payload) => {
    if (told.id === undefined) {
      const chunk = parse(payload) as { readonly id: string };
      told.id = chunk.id;
    }
    const frame = Buffer.allocUnsafe(payload.length + 1);
    frame.set(payload);
    frame[payload.length] = 10;
    told.accumulated.append(frame);
    return frame;
  });
}

function parse(payload: Buffer): unknown {
  return JSON.parse(payload.toString().slice(DATA.length).trim());
}

function accumulate(): number {
  const accumulated = new GrowingBytes();
  for (const payload of PAYLOADS) accumulated.append(payload);
  return accumulated.length;
}

/** A stream of parsed events that looks at each of them on its way, and makes up the account at its end. */
class InterceptedStream {
  readonly #events: readonly ParsedEvent[];
  readonly #tags: readonly string[];
  #firstTokenMs: number | undefined;
  #lastTokenMs = 0;
  #gapMsMax = 0;
  #id: string | undefined;
  #usage: ParsedEvent["chunk"]["usage"] = null;
  account: unknown;

  constructor(events: readonly ParsedEvent[], tags: readonly string[]) {
    this.#events = events;
    this.#tags = tags;
  }

  async collect(): Promise<ParsedEvent[]> {
    const collected: ParsedEvent[] = [];
    for await (const event of this) collected.push(event);
    return collected;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<ParsedEvent, void> {
    for (const event of this.#events) {
      this.#see(event);
      yield event;
    }
    this.end();
  }

  #see({ chunk }: ParsedEvent): void {
    const nowMs = performance.now();
    if (this.#firstTokenMs === undefined) this.#firstTokenMs = nowMs;
    else this.#gapMsMax = Math.max(this.#gapMsMax, nowMs - this.#lastTokenMs);
    this.#lastTokenMs = nowMs;
    this.#id ??= chunk.id;
    this.#usage = chunk.usage ?? this.#usage;
  }

  end(): void {
    if (this.#usage === null) return;
    const account = {
      id: randomUUID(),
      tags: this.#tags,
      chat: this.#id,
      usage: { ...this.#usage },
    };
    queueMicrotask(() => (this.account = account));
  }
}

const TAGS = ["model:bench-model", "provider:bench"] as const;

function createIntercepted(): InterceptedStream {
  return new InterceptedStream(PARSED_EVENTS.map(cloneEvent), TAGS);
}

/** As the reference keeps models: a thousand of them, for a minute. */
function createModelCache(): LRUCache<string, CatalogModel> {
  return new LRUCache({ max: 1000, ttl: 60_000 });
}

function lookUp(cache: LRUCache<string, CatalogModel>): MaybeLater<CatalogModel | undefined> {
  return cache.get(CATALOG_MODEL.name);
}

const filledCache = createModelCache();
filledCache.set(CATALOG_MODEL.name, CATALOG_MODEL);

const routes = createPool(1000);

const REFERENCE: readonly Task[] = ofKind("reference", [
  {
    id: "sse_token_processing/old_async_path/200",
    does: "200 tokens, each parsed, framed anew and appended, with two awaits in place of two locks",
    published: "234 µs",
    run: forwardParsing,
  },
  {
    id: "sse_token_processing/new_sync_path/200",
    does: "200 tokens, the first parsed, each copied with a line end and appended",
    published: "13.9 µs",
    run: forwardCopying,
  },
  {
    id: "sse_operation_breakdown/reframe_bytes_only/200",
    does: "200 times: bytes to text, trimmed, stripped, formatted, to bytes",
    run: () => PAYLOADS.map(reframe),
  },
  {
    id: "sse_operation_breakdown/mutex_lock_and_accumulate/200",
    does: "200 payloads appended to a growing vector",
    fidelity: "without the lock: there is one thread",
    run: accumulate,
  },
  {
    id: "sse_operation_breakdown/json_parse_single_chunk",
    does: "one payload to text, stripped, trimmed and parsed",
    run: () => parse(PAYLOADS[0] ?? Buffer.alloc(0)),
  },
  {
    id: "sse_operation_breakdown/json_parse_all_tokens/200",
    does: "the same for 200 payloads",
    run: () => PAYLOADS.map(parse),
  },
  {
    id: "sse_operation_breakdown/bytes_format_alloc/200",
    does: "200 times: bytes to text, stripped, formatted, to bytes",
    fidelity: "the reference differs from reframe_bytes_only in strict UTF-8 alone",
    run: () =>
      PAYLOADS.map((payload) =>
        Buffer.from(`data: ${payload.toString("latin1", DATA.length).trim()}\n\n`),
      ),
  },
  {
    id: "sse_operation_breakdown/zero_copy_passthrough/200",
    does: "200 references into a new array",
    run: () => PAYLOADS.map((payload) => payload),
  },
  {
    id: "intercept_stream/poll_next_200_tokens/200",
    does: "200 parsed events copied, looked at one by one through an async iterator, and accounted for",
    published: "42.9 µs",
    fidelity:
      "copies by hand, not by structuredClone; an await per event, where the reference polls",
    run: () => createIntercepted().collect(),
  },
  {
    id: "intercept_stream_breakdown/sse_event_clone/200",
    does: "200 parsed events copied, one by one",
    run: () => {
      for (const event of PARSED_EVENTS) sink.value = cloneEvent(event);
    },
  },
  {
    id: "intercept_stream_breakdown/instant_now_per_token/200",
    does: "the monotonic clock read 200 times",
    run: () => {
      let sum = 0;
      for (let token = 0; token < TOKENS; token++) sum += performance.now();
      return sum;
    },
  },
  {
    id: "intercept_stream_breakdown/string_clone_chat_id/200",
    does: "the id of an answer copied 200 times",
    fidelity: "through bytes: JavaScript's texts are never copied by themselves",
    run: () => {
      for (let token = 0; token < TOKENS; token++) sink.value = CHAT_ID.toString("latin1");
    },
  },
  {
    id: "intercept_stream_breakdown/metric_tags_vec_build",
    does: "an array of two texts",
    inner: INNER_MANY,
    run: many(() => [TAGS[0], TAGS[1]]),
  },
  {
    id: "intercept_stream_breakdown/stream_construction/200",
    does: "200 parsed events copied, and the stream made and ended unread",
    run: () => {
      const stream = createIntercepted();
      stream.end();
      return stream;
    },
  },
  {
    id: "intercept_stream_breakdown/events_vec_clone/200",
    does: "200 parsed events copied into a new array: what to take off from the two above",
    run: () => PARSED_EVENTS.map(cloneEvent),
  },
  {
    id: "model_resolution_cache/cache_hit",
    does: "an awaited look-up in a cache of one entry, and a copy of what was found",
    run: async () => {
      const found = await lookUp(filledCache);
      return found && cloneModel(found);
    },
  },
  {
    id: "model_resolution_cache/cache_miss_and_insert",
    does: "a new cache, a look-up that finds nothing, and a copied model put in",
    fidelity: "making the cache is timed too; the reference makes it beforehand",
    run: async () => {
      const cache = createModelCache();
      const found = await lookUp(cache);
      if (found === undefined) cache.set(CATALOG_MODEL.name, cloneModel(CATALOG_MODEL));
      return cache;
    },
  },
]);

const CHAT_ID = Buffer.from("chatcmpl-bench000");

const PRODUCTION: readonly Task[] = ofKind("production", [
  {
    id: "sse_token_processing/forward_without_copies/200",
    does: "200 tokens through ByteRelay: a clock reading and a write each, nothing looked at",
    run: relayForwarding,
  },
  {
    id: "sse_token_processing/whole_path/200",
    does: "200 events through StreamRelay and StreamMeter with the gateway's metrics: scanned, counted, timed, written; the first and the last parsed",
    fidelity:
      "does more than new_sync_path: gaps, delays, usage, finish reason; does not accumulate",
    budgetNs: 60_000,
    run: relayMetered,
  },
  {
    id: "sse_token_processing/whole_path_usage_cut/200",
    does: "the same where only we asked for the usage, which is looked for in every event and cut out",
    run: relayUsageCut,
  },
  {
    id: "sse_token_processing/whole_path_packed/200",
    does: "the same in reads of 4 KiB, cut anywhere",
    run: relayPacked,
  },
  {
    id: "sse_token_processing/meter_event",
    does: "one more content event: recognised, counted, its gap and its delay recorded in the metrics",
    budgetNs: 300,
    inner: INNER_MANY,
    run: many(meterEvent),
  },
  {
    id: "model_resolution_cache/find_route",
    does: "a model's route among a thousand",
    fidelity: "routes are in memory: there is no cache, and nothing is copied",
    inner: INNER_MANY,
    run: many((index) => findRoute(routes, index)),
  },
]);

export const COMPLETIONS: Suite = {
  name: "completions",
  tasks: [...REFERENCE, ...PRODUCTION],
  missing: [],
  verify() {
    verifyPayloads();
    verifyRelay();
  },
};
