/**
 * Everything that clients do to a gateway, in known numbers.
 *
 * A visit is one request and says what it leaves behind; a round is one of each, as often as the table
 * says. The sum of what all visits left is what the metrics have to show, to the unit.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { createApiKey } from "@slipstream/auth/api-key";
import { ERROR_SPECS } from "@slipstream/contracts/errors";
import type { ErrorCode } from "@slipstream/contracts/errors";
import type { Outcome } from "@slipstream/contracts/outcome";
import { streamOf } from "../gateway-rig.ts";
import type { Callable } from "../gateway-rig.ts";
import type { RigModels, RigOptions } from "../rig-config.ts";
import {
  leaveInTheMiddle,
  leaveWhileWaiting,
  readNothing,
  readSlowly,
} from "./difficult-clients.ts";

/** Two fleets, each a mock. Equal numbers of tokens wherever a model has two deployments. */
export const MODELS: RigModels = {
  "llama-3.3-70b": ["fleet-a:mock/chat", "fleet-b:mock/chat,gap=12"],
  "qwen3-32b": ["fleet-a:mock/reasoning,cachedTokens=8"],
  "mistral-small": ["fleet-a:mock/overloaded", "fleet-b:mock/chat,ttft=90"],
  "deepseek-v3": ["fleet-b:mock/tokens=3,gap=1200"],
  "bge-m3": ["fleet-b"],
  "broken-500": ["fleet-a:mock/broken"],
  "broken-429": ["fleet-a:mock/rate-limited"],
  "broken-html": ["fleet-b:mock/html"],
  unreachable: ["nobody"],
  hanging: ["fleet-a:mock/hang"],
  stalling: ["fleet-b:mock/stall,gap=10"],
  torn: ["fleet-a:mock/cut,gap=10"],
  large: ["fleet-b:mock/tokens=200,tokenBytes=40000"],
};

/** Round figures, so that a sum is exact. */
export const PRICE = { inputUsdPerMillion: 1, outputUsdPerMillion: 4 } as const;

/** As long as an answer takes: a busy machine must not make others late. */
const DEADLINE_MS = 4_000;
const CLIENT_STALL_MS = 3_000;

export const OPTIONS: Pick<RigOptions, "deadlines" | "pricing"> = {
  pricing: PRICE,
  deadlines: { firstTokenMs: DEADLINE_MS, stallMs: DEADLINE_MS, clientStallMs: CLIENT_STALL_MS },
};

/** How the cache of keys answered; `undefined` where nobody asked it. */
type KeyLookUp = "hit" | "miss" | "negative";

/** What one request leaves behind. */
interface Trace {
  readonly outcome: Outcome;
  readonly error?: ErrorCode;
  readonly key?: KeyLookUp;
  /** It asked for a stream, of a model that there is. */
  readonly isStream?: true;
  /** Content events of a stream. */
  readonly chunks?: number;
  /** Gaps of a second or more. */
  readonly stalls?: number;
  /** As the provider reports them. */
  readonly outputTokens?: number;
}

interface Visit {
  readonly name: string;
  readonly perRound: number;
  readonly trace: Trace;
  send(rig: Callable): Promise<unknown>;
}

const HIT = { key: "hit" } as const;
const STREAM = { isStream: true } as const;
/** Well-formed, and nobody's. */
const UNKNOWN_KEY = createApiKey();
/** Wrong checksum: refused before any cache. */
const MALFORMED_KEY = "sk-00000000000000000000000000000000";

const VISITS: readonly Visit[] = [
  complete("stream", 6, streamOf("llama-3.3-70b"), { ...STREAM, chunks: 120, outputTokens: 120 }),
  complete("whole answer", 2, wholeOf("llama-3.3-70b"), { outputTokens: 120 }),
  complete("reasoning stream", 2, streamOf("qwen3-32b"), {
    ...STREAM,
    chunks: 120,
    outputTokens: 120,
  }),
  complete("failover", 2, streamOf("mistral-small"), { ...STREAM, chunks: 120, outputTokens: 120 }),
  complete("stream with long gaps", 1, streamOf("deepseek-v3"), {
    ...STREAM,
    chunks: 3,
    stalls: 2,
    outputTokens: 3,
  }),
  {
    name: "embeddings",
    perRound: 1,
    trace: { ...HIT, outcome: "complete" },
    send: (rig) => post(rig, "/embeddings", { model: "bge-m3", input: "some words" }),
  },
  failed("broken upstream", streamOf("broken-500"), "upstream_error", STREAM),
  failed("limited upstream", streamOf("broken-429"), "upstream_rate_limited", STREAM),
  failed("page of HTML", wholeOf("broken-html"), "upstream_error"),
  failed("unreachable", streamOf("unreachable"), "upstream_unreachable", STREAM),
  failed("no first token", streamOf("hanging"), "first_token_timeout", STREAM),
  failed("stall", streamOf("stalling"), "stall_timeout", { ...STREAM, chunks: 4 }),
  failed("torn stream", streamOf("torn"), "upstream_truncated", { ...STREAM, chunks: 4 }),
  failed("unknown model", streamOf("no-such-model"), "model_not_found"),
  failed("broken JSON", '{"model": "llama', "invalid_json"),
  {
    name: "unknown key",
    perRound: 2,
    trace: { outcome: "rejected", error: "invalid_api_key", key: "negative" },
    send: (rig) => post(rig, "/chat/completions", streamOf("llama-3.3-70b"), UNKNOWN_KEY),
  },
  {
    name: "malformed key",
    perRound: 1,
    trace: { outcome: "rejected", error: "invalid_api_key" },
    send: (rig) => post(rig, "/chat/completions", streamOf("llama-3.3-70b"), MALFORMED_KEY),
  },
  {
    name: "client that leaves in the middle",
    perRound: 2,
    trace: { ...HIT, ...STREAM, outcome: "client_abort", chunks: 4 },
    send: (rig) => leaveInTheMiddle(rig, streamOf("stalling"), 4),
  },
  {
    name: "client that leaves before the first token",
    perRound: 1,
    trace: { ...HIT, ...STREAM, outcome: "client_abort" },
    send: (rig) => leaveWhileWaiting(rig, streamOf("hanging")),
  },
  {
    name: "slow reader",
    perRound: 1,
    trace: { ...HIT, ...STREAM, outcome: "complete", chunks: 200, outputTokens: 200 },
    send: (rig) => readSlowly(rig, streamOf("large")),
  },
  {
    name: "reader that takes nothing",
    perRound: 1,
    // The upstream's answer came whole, with its usage.
    trace: { ...HIT, outcome: "client_too_slow", outputTokens: 200 },
    send: (rig) => readNothing(rig, wholeOf("large"), CLIENT_STALL_MS),
  },
];

/** What was sent, summed. */
export interface Sent {
  readonly requests: number;
  readonly outcomes: Readonly<Record<string, number>>;
  readonly errors: Readonly<Record<string, number>>;
  /** Outcomes of those that asked for a stream. */
  readonly streams: Readonly<Record<string, number>>;
  /** Requests for inference under a valid key. */
  readonly records: number;
  readonly keys: Readonly<Record<string, number>>;
  /** Streams that had content: so many times to first token there are. */
  readonly firstTokens: number;
  readonly chunks: number;
  readonly gaps: number;
  readonly stalls: number;
  /** As providers have reported them. */
  readonly outputTokens: number;
  /** When there was something to see, seconds since 1970: after the last visit they are only waited for. */
  readonly busy: { readonly start: number; readonly end: number };
}

export interface Rounds {
  readonly rounds: number;
  /** From the start of one round to that of the next. */
  readonly roundMs: number;
}

/** Resolves when every visit is over. */
export async function sendTraffic(rig: Callable, { rounds, roundMs }: Rounds): Promise<Sent> {
  const first = await sendFirstUses(rig);
  const start = Date.now() / 1_000;
  const running: Promise<Trace[]>[] = [];
  for (let round = 0; round < rounds; round++) {
    running.push(sendRound(rig, roundMs));
    await sleep(roundMs);
  }
  const busy = { start, end: Date.now() / 1_000 };
  return { ...sum([...first, ...(await Promise.all(running)).flat()]), busy };
}

/** One after the other, so that nobody else waits for the same look-up. */
async function sendFirstUses(rig: Callable): Promise<Trace[]> {
  await post(rig, "/chat/completions", wholeOf("llama-3.3-70b"));
  await post(rig, "/chat/completions", streamOf("llama-3.3-70b"), UNKNOWN_KEY);
  return [
    { outcome: "complete", key: "miss", outputTokens: 120 },
    { outcome: "rejected", error: "invalid_api_key", key: "miss" },
  ];
}

async function sendRound(rig: Callable, roundMs: number): Promise<Trace[]> {
  const visits = VISITS.flatMap((visit) => Array.from({ length: visit.perRound }, () => visit));
  const pauseMs = roundMs / visits.length;
  return Promise.all(
    visits.map(async (visit, index) => {
      await sleep(index * pauseMs);
      await visit.send(rig);
      return visit.trace;
    }),
  );
}

function sum(traces: readonly Trace[]): Omit<Sent, "busy"> {
  const chunks = traces.map((trace) => trace.chunks ?? 0);
  const firstTokens = chunks.filter((count) => count > 0).length;
  return {
    requests: traces.length,
    outcomes: countBy(traces.map(({ outcome }) => outcome)),
    errors: countBy(traces.map(({ error }) => error)),
    streams: countBy(traces.filter(({ isStream }) => isStream).map(({ outcome }) => outcome)),
    records: traces.filter(({ error, key }) => key !== undefined && error !== "invalid_api_key")
      .length,
    keys: countBy(traces.map(({ key }) => key)),
    firstTokens,
    chunks: add(chunks),
    gaps: add(chunks) - firstTokens,
    stalls: add(traces.map(({ stalls }) => stalls ?? 0)),
    outputTokens: add(traces.map(({ outputTokens }) => outputTokens ?? 0)),
  };
}

function add(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function countBy(words: readonly (string | undefined)[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const word of words) if (word !== undefined) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}

function wholeOf(model: string): object {
  return { model, messages: [{ role: "user", content: "hi" }] };
}

function complete(name: string, perRound: number, body: object, trace: Partial<Trace>): Visit {
  return {
    name,
    perRound,
    trace: { ...HIT, outcome: "complete", ...trace },
    send: (rig) => post(rig, "/chat/completions", body),
  };
}

function failed(
  name: string,
  body: object | string,
  error: ErrorCode,
  trace: Partial<Trace> = {},
): Visit {
  return {
    name,
    perRound: 1,
    trace: { ...HIT, outcome: ERROR_SPECS[error].outcome, error, ...trace },
    // A stream that breaks off is what was wanted.
    send: (rig) => post(rig, "/chat/completions", body).catch(() => undefined),
  };
}

async function post(
  { gateway, key }: Callable,
  path: string,
  body: object | string,
  usedKey: string = key,
): Promise<void> {
  const answer = await fetch(gateway.baseUrl + path, {
    method: "POST",
    headers: { authorization: `Bearer ${usedKey}`, "content-type": "application/json" },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  await answer.text();
}
