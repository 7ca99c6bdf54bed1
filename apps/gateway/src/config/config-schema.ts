/**
 * The form of the configuration file: every key, its default with unit and reason, what it accepts.
 */
import type { Deadlines, Deployment, DialectName } from "@slipstream/contracts/deployment";
import { z } from "zod";
import { INFO_HEADERS } from "@slipstream/pipeline/info-headers";
import type { InfoHeaders } from "@slipstream/pipeline/info-headers";
import { LOG_LEVELS } from "./config.ts";
import type { Drain, Limits, ListenAddress, LogLevel, Tracing } from "./config.ts";

/** A file that has passed the schema, with every default filled in. */
export interface ConfigFile {
  readonly server: ListenAddress & { readonly infoHeaders: InfoHeaders };
  readonly admin: ListenAddress;
  readonly drain: Drain;
  readonly limits: Limits;
  readonly store: { readonly url: string };
  readonly log: { readonly level: LogLevel };
  readonly tracing: Omit<Tracing, "endpoint"> & { readonly endpoint?: string | undefined };
  readonly providers: readonly ProviderEntry[];
  readonly models: readonly ModelEntry[];
}

export interface ProviderEntry {
  readonly streamUsage: Deployment["streamUsage"];
  readonly name: string;
  readonly dialect: DialectName;
  readonly baseUrl: string;
  readonly apiKey?: string | undefined;
}

export interface PricingEntry {
  readonly inputUsdPerMillion: number;
  readonly cachedInputUsdPerMillion?: number | undefined;
  readonly outputUsdPerMillion: number;
}

interface ModelEntry {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly routing?: { readonly policy: "round-robin" } | undefined;
  readonly deadlines: Deadlines;
  readonly heartbeatMs?: number | undefined;
  readonly pricing?: PricingEntry | undefined;
  readonly deployments: readonly DeploymentEntry[];
}

export interface DeploymentEntry {
  readonly provider: string;
  readonly model?: string | undefined;
  readonly tier: number;
  readonly weight: number;
}

/** Dots, slashes and the like are welcome; what would need escaping in a label or a log line is not. */
const NAME = /^[\w.:/@+-]{1,200}$/;

const name = z
  .string()
  .regex(NAME, "expected 1 to 200 letters, digits or any of . : / @ + - _ (no spaces)");

/** No server takes them, and a database or a form may end or break at one. */
const NO_CONTROL_CHARACTERS = /^\P{Cc}*$/u;

const port = wholeNumber(0, 65_535);

const provider = z.strictObject({
  name: name.describe("What deployments call it; a label of metrics."),
  dialect: z.enum(["openai-chat"]).describe("The protocol that it speaks."),
  baseUrl: z
    .string()
    .refine(isHttpUrl, "expected a URL like http://host:port/v1, without credentials or query")
    .describe("Where its API begins, usually with `/v1` at the end."),
  apiKey: z
    .string()
    .regex(/^[\x21-\x7e]+$/, "expected printable characters, or nothing where none is asked for")
    .optional()
    .describe("Sent as a bearer token. Write `${NAME}` and keep it in the environment."),
  streamUsage: z
    .enum(["last", "continuous", "off"])
    .default("last")
    .describe(
      "What its streams are asked to report, whatever the client asks for: `last`, the usage at the end (`stream_options.include_usage`); `continuous`, in every event too (vLLM), so that a stream that breaks off is accounted for exactly; `off` for a server that refuses to be asked. The client sees only what it asked for.",
    ),
});

const deployment = z.strictObject({
  provider: z.string().describe("The name of a provider."),
  model: z
    .string()
    .min(1, "expected a name")
    .refine(
      (text) => text.isWellFormed(),
      "expected whole characters (no half of a surrogate pair)",
    )
    .regex(NO_CONTROL_CHARACTERS, "expected no control characters")
    .optional()
    .describe("What the provider calls the model; the public name if it is left out."),
  tier: wholeNumber(0, 99).default(0).describe("Lower tiers are tried first."),
  weight: wholeNumber(1, 1000).default(1).describe("Share of the requests within a tier."),
});

/** An hour: longer than anybody waits. */
const DEADLINE_MS_MAX = 3_600_000;
const milliseconds = wholeNumber(1, DEADLINE_MS_MAX);

const deadlines = z
  .strictObject({
    connectMs: milliseconds
      .default(3000)
      .describe(
        "While a connection is opened, and before that, if all connections to the provider are in use, while one of them is awaited, ms.",
      ),
    firstTokenMs: milliseconds
      .default(60_000)
      .describe("From the start of an attempt until the first content of a stream, ms."),
    stallMs: milliseconds
      .default(30_000)
      .describe(
        "Between two content events of a stream, ms. Comments and empty deltas are no sign of life.",
      ),
    totalMs: milliseconds
      .default(900_000)
      .describe("From the start of a request to its end, all attempts included, ms."),
    clientStallMs: milliseconds
      .default(60_000)
      .describe("For how long a client may take nothing of what is sent to it, ms."),
  })
  .prefault({});

/** A thousand times what the dearest model costs: more is a slip of the decimal point. */
const PRICE_USD_MAX = 100_000;
const PRICE = `expected US dollars per million tokens, from 0 to ${PRICE_USD_MAX}`;
const price = z.number(PRICE).min(0, PRICE).max(PRICE_USD_MAX, PRICE);

const pricing = z.strictObject({
  inputUsdPerMillion: price.describe("A million input tokens, US dollars."),
  cachedInputUsdPerMillion: price
    .optional()
    .describe("Those that the provider took from its prompt cache; as the others if left out."),
  outputUsdPerMillion: price.describe("A million output tokens, US dollars."),
});

const model = z.strictObject({
  name: name.describe("What clients call it; a label of metrics."),
  aliases: z.array(name).default([]).describe("Other names for it."),
  routing: z
    .strictObject({
      policy: z.enum(["round-robin"]).describe("How the next deployment is picked."),
    })
    .optional(),
  deadlines,
  heartbeatMs: milliseconds
    .optional()
    .describe(
      "Sends comments while the first token of a stream is awaited, this far apart, ms. Keeps load balancers from closing the connection; the status line is then 200 whatever follows. Off if it is left out.",
    ),
  pricing: pricing
    .optional()
    .describe("What its tokens cost; without it requests have no cost, which is not 0."),
  deployments: z.array(deployment).min(1, "expected at least one deployment"),
});

const host = z
  .string()
  .min(1, "expected an address or a name")
  .regex(NO_CONTROL_CHARACTERS, "expected no control characters");

const server = z
  .strictObject({
    host: host.default("0.0.0.0").describe("The address that clients call."),
    port: port.default(8080).describe("0 takes any free port."),
    infoHeaders: z
      .enum(INFO_HEADERS)
      .default("timing")
      .describe(
        "What responses tell: `timing`, `x-slipstream-attempts` and `x-slipstream-ttft-ms` (time to the first event, which is when headers are sent); `all`, also `x-slipstream-deployment`, which names the provider and what it calls the model; `none`, nothing.",
      ),
  })
  .prefault({});

const admin = z
  .strictObject({
    host: host.default("127.0.0.1").describe("Loopback by default: metrics reveal business data."),
    port: port.default(9090).describe("0 takes any free port."),
  })
  .prefault({});

const drain = z
  .strictObject({
    graceMs: wholeNumber(0, DEADLINE_MS_MAX)
      .default(5000)
      .describe(
        "After SIGTERM: for how long new requests are still taken while `/readyz` says no, ms. Load balancers need that long to notice.",
      ),
    deadlineMs: wholeNumber(0, DEADLINE_MS_MAX)
      .default(20_000)
      .describe(
        "After the grace: what running answers may take before they are told that it is over, ms. The end takes up to 4.5 s more, and Kubernetes kills 30 s after SIGTERM.",
      ),
  })
  .prefault({});

/** The largest body, an image to be edited, has to fit in. Bytes. */
const HELD_BYTES_MIN = 64 * 1024 * 1024;
const HELD_BYTES_MAX = 1024 ** 4;
/** The store's own queue; what comes on top of it is lost. */
const USAGE_RECORDS_MAX = 100_000;
const COUNT_MAX = 1_000_000;

const limits = z
  .strictObject({
    openRequests: wholeNumber(1, COUNT_MAX)
      .default(10_000)
      .describe(
        "Requests at once. Each takes 100 to 200 KB while it streams, so this many need 1 to 2 GB: a container of 256 MB carries 1000.",
      ),
    connections: wholeNumber(1, COUNT_MAX)
      .default(20_000)
      .describe(
        "Connections of clients, idle ones included: twice the requests. Every request has another one to its upstream; `ulimit -n` has to allow both.",
      ),
    heldBytes: wholeNumber(HELD_BYTES_MIN, HELD_BYTES_MAX)
      .default(256 * 1024 * 1024)
      .describe(
        "Bodies of requests, from their announcement to the end of the request, and answers that wait for slow clients, bytes: 2600 conversations of 100 KB, or 25 of the largest ones.",
      ),
    loopDelayMs: wholeNumber(10, 60_000)
      .default(500)
      .describe(
        "How late the event loop may be over the last second, ms. 512 clients that never pause cause about 75 on a core of its own; under overload what is admitted waits two or three times as long as this for its first token.",
      ),
    usageRecordsWaiting: wholeNumber(1, USAGE_RECORDS_MAX)
      .default(USAGE_RECORDS_MAX / 2)
      .describe(
        "Usage records that wait for the store. Half of its queue: the requests that are open when it is reached still find room.",
      ),
  })
  .describe("Beyond these new requests get 503 `overloaded`; running ones go on.")
  .prefault({});

const store = z
  .strictObject({
    url: z
      .string()
      .regex(/^sqlite:\P{Cc}+$/u, "expected `sqlite:PATH`, without control characters")
      .default("sqlite:data/slipstream.db")
      .describe("`sqlite:PATH`, relative to the working directory. Holds organisations and keys."),
  })
  .prefault({});

const log = z
  .strictObject({
    level: z.enum(LOG_LEVELS).default("info").describe("Lowest level that is written."),
  })
  .prefault({});

const PRINTABLE = /^[\x20-\x7e]+$/;
const HEADER_NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/;

const tracing = z
  .strictObject({
    endpoint: z
      .string()
      .refine(isHttpUrl, "expected a URL like http://collector:4318, without credentials or query")
      .optional()
      .describe(
        "Where an OpenTelemetry collector takes OTLP over HTTP; `/v1/traces` is added if it is not there. No traces if it is left out.",
      ),
    headers: z
      .record(
        z.string().regex(HEADER_NAME, "expected the name of a header"),
        z.string().regex(PRINTABLE, "expected printable characters"),
      )
      .default({})
      .describe(
        "Sent with every message to it, such as `authorization`. Write `${NAME}` and keep secrets in the environment.",
      ),
    sampleRatio: numberBetween(0, 1)
      .default(0.1)
      .describe(
        "Which part of all traces is kept, whatever happens. A client that sends a `traceparent` has decided for its own.",
      ),
    slowFirstTokenMs: milliseconds
      .default(5000)
      .describe(
        "A trace is always kept if the first token of its stream came so late, ms; and if its request broke off or failed, unless the client was to blame.",
      ),
  })
  .prefault({});

export const configSchema: z.ZodType<ConfigFile> = z.strictObject({
  server,
  admin,
  drain,
  limits,
  store,
  log,
  tracing,
  providers: z.array(provider).min(1, "expected at least one provider"),
  models: z.array(model).min(1, "expected at least one model"),
});

const unread = z.unknown().optional();

/**
 * For those who need only the store: the rest of the file is not looked at, but a misspelt `store` must
 * not lead to another one.
 */
export const storeFileSchema: z.ZodType<Pick<ConfigFile, "store">> = z.strictObject({
  store,
  server: unread,
  admin: unread,
  drain: unread,
  limits: unread,
  log: unread,
  tracing: unread,
  providers: unread,
  models: unread,
});

function wholeNumber(min: number, max: number): z.ZodInt {
  const message = `expected a whole number from ${min} to ${max}`;
  return z.int(message).min(min, message).max(max, message);
}

function numberBetween(min: number, max: number): z.ZodNumber {
  const message = `expected a number from ${min} to ${max}`;
  return z.number(message).min(min, message).max(max, message);
}

function isHttpUrl(text: string): boolean {
  // The parser drops tabs and line ends: what was checked would not be what is used.
  if (!NO_CONTROL_CHARACTERS.test(text) || !URL.canParse(text)) return false;
  const url = new URL(text);
  const isPlain = url.username + url.password + url.search + url.hash === "";
  return ["http:", "https:"].includes(url.protocol) && isPlain;
}
