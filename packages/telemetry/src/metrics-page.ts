/** Writes docs/metrics.md from the catalogue. Pure: write-metrics-page.ts puts it in its place. */
import type { CacheResult } from "@slipstream/contracts/cache-events";
import type { Outcome } from "@slipstream/contracts/outcome";
import { LABEL_SETS_MAX } from "./bounded-children.ts";
import { CATALOG } from "./catalog.ts";
import type { AnyRow } from "./metric-row.ts";
import { LABEL_MEANINGS } from "./labels.ts";
import type { Loss } from "./losses.ts";

export const METRICS_PAGE_COMMAND = "npm run docs --workspace @slipstream/telemetry";

const OUTCOMES: Readonly<Record<Outcome, string>> = {
  complete: "the whole answer was handed to the client",
  client_abort: "the client went away before its answer was complete",
  client_too_slow: "the client read nothing for longer than the write-stall deadline",
  upstream_error: "the upstream failed in a way that has no name of its own here",
  upstream_truncated: "the upstream broke off in the middle of its answer",
  first_token_timeout: "no content came within the first-token deadline",
  stall_timeout: "content stopped coming for longer than the stall deadline",
  total_timeout: "the request took longer than the total deadline",
  rejected: "an error that the client has to act on: key, body, model or limits",
  gateway_error: "the gateway failed: a bug, a store that does not answer, more load than it takes",
  shutdown: "the gateway was stopping",
};

const CACHE_RESULTS: Readonly<Record<CacheResult, string>> = {
  hit: "found",
  miss: "not found; the store was asked",
  negative: "found to be known as absent",
  coalesced: "waited for a look-up that was already under way",
  stale: "on top of one of the others: the store could not answer, what was known before had to do",
};

const LOSSES: Readonly<Record<Loss, string>> = {
  invalid_value: "a time or a count that was negative or not a number was left out",
  label_budget: "a value went to the label set `other`",
  log_line: "a log line did not fit into the buffer of the log",
  span: "a span was given up, because the collector did not take it in time",
  subscriber_error: "a subscriber to the events of requests threw; the request did not notice",
  usage_record: "usage records could not be kept; the log says how many and why",
};

const INTRODUCTION = `# Metrics

<!-- Generated from packages/telemetry/src/catalog.ts. Do not edit; run: ${METRICS_PAGE_COMMAND} -->

\`GET /metrics\` on the admin port answers in OpenMetrics text. Every gateway process counts for
itself, from 0: scrape each one, and sum over them.

## What the words mean

**Chunk**: an event of a stream that carries content, which is text, reasoning, a refusal, audio or
a part of a tool call. A role, an empty delta, a usage report and a comment are not chunks. A chunk
may hold several tokens.

**Time to first token**: from the start of a request to the first chunk handed to the client. Each
stream that had content counts once, when that chunk goes out, however the stream ends later. A
stream without content does not count, so a promise about slow starts is measured against
\`slipstream_streams_total\`, which counts all that were asked for.

**Gap**: the silence between two neighbouring chunks of one stream. Each counts once, when the later
chunk arrives, so gaps show a slow stream while it is running.

**Tokens**: as the provider reported them. A count that was not reported adds nothing; it is not
taken for 0. Cached tokens are part of the input tokens, reasoning tokens of the output tokens. The
conventions split them by modality, which providers do not report in one way, so we do not.

**Where the time to the first token goes**: waiting for a connection
(\`slipstream_upstream_connection_seconds\`), for the upstream's head (\`slipstream_upstream_headers_seconds\`)
and for its first content (\`slipstream_upstream_first_content_seconds\`), each from the start of an attempt
and by deployment. What the client sees is the time to first token; the difference is the gateway's, and
that of attempts that failed before.

**What the gateway adds**: to a request \`slipstream_overhead_seconds\`, to each chunk
\`slipstream_chunk_delay_seconds\`, which ends when the bytes were handed to the operating system or put in
line behind others that the client has not taken.

**Settled tokens** are what a request has to answer for: as reported, or estimated where a stream broke off
or nobody counted. Where settled and reported tokens part, estimates are why; where output tokens and
relayed chunks (\`slipstream_stream_chunks_total\`) part, an upstream bills what it did not send, or sends
several tokens at once. **Wasted** are those whose client did not stay.

What adds up, whatever happened:

- requests that ended = \`slipstream_requests_total\`
- streams that had content = the count of the time to first token
- chunks of all streams − streams that had content = the count of gaps, where no upstream tells how many
  tokens a chunk holds
- requests for inference under a valid key = \`slipstream_usage_records_total\``;

const BUDGET = `A label is allowed only if nothing that clients send can add a value to it. A request that named no
model of the configuration, or got no provider or deployment, has \`none\` there. Should a bug break
the rule, a metric keeps its first ${LABEL_SETS_MAX} label sets and all others share one, whose labels say
\`other\`; \`slipstream_telemetry_losses_total{kind="label_budget"}\` then counts.`;

export function toMetricsPage(): string {
  const sections = [
    INTRODUCTION,
    "## Outcomes",
    toTable(["outcome", "meaning"], toRows(OUTCOMES)),
    "## Results of cache look-ups",
    toTable(["result", "meaning"], toRows(CACHE_RESULTS)),
    "## Losses of telemetry",
    toTable(["kind", "meaning"], toRows(LOSSES)),
    "## Labels",
    BUDGET,
    toTable(
      ["label", "meaning", "values bounded by"],
      Object.entries(LABEL_MEANINGS).map(([name, { means, boundedBy }]) => [
        `\`${name}\``,
        means,
        boundedBy,
      ]),
    ),
    "## All metrics",
    ...CATALOG.map(toSection),
  ];
  return `${sections.join("\n\n")}\n`;
}

function toSection(row: AnyRow): string {
  const unit = row.unit === undefined ? "" : `, ${row.unit}`;
  const facts = [`- ${row.type}${unit}`];
  if (row.labels.length > 0) facts.push(`- labels: ${toCodeList(row.labels)}`);
  if (row.type === "histogram") facts.push(`- buckets: ${row.buckets.join(" ")}`);
  if (row.convention !== undefined) facts.push(`- OpenTelemetry: \`${row.convention}\``);
  return `### \`${row.name}\`\n\n${row.help}\n\n${facts.join("\n")}`;
}

function toRows(meanings: Readonly<Record<string, string>>): string[][] {
  return Object.entries(meanings).map(([name, meaning]) => [`\`${name}\``, meaning]);
}

function toCodeList(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(", ");
}

/** Cells padded to the width of their column, as the formatter wants them. */
function toTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((cell, column) =>
    Math.max(cell.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const toLine = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  const rule = widths.map((width) => "-".repeat(width));
  return [head, rule, ...rows].map(toLine).join("\n");
}
