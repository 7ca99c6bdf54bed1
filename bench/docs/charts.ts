/** Which charts there are. One that has nothing to show is left out. */
import { formatTime } from "../format-time.ts";
import { formatLimit, formatLimited } from "../load/limit.ts";
import type { LoadResult, StoredTask } from "../stored-results.ts";
import { renderBarChart } from "./bar-chart.ts";
import type { Bar, BarTone } from "./bar-chart.ts";
import { parseTime } from "./parse-time.ts";

export interface Chart {
  /** Without its ending. */
  readonly name: string;
  /** For those who do not see it. */
  readonly alternative: string;
  readonly svg: string;
}

/** @param mark Of results that are not to be relied on; empty for others. */
export function toCharts(
  tasks: readonly StoredTask[],
  load: LoadResult | undefined,
  mark: string,
): Chart[] {
  const notes = mark === "" ? [] : [mark];
  return [
    chartPaths(tasks, notes),
    chartPublished(tasks, notes),
    chartNginx(load, notes),
    chartLimits(load, notes),
  ].filter((chart) => chart !== undefined);
}

/** The reference's own before and after, and what the gateway does instead. */
const PATHS: readonly { readonly id: string; readonly label: string; readonly tone: BarTone }[] = [
  {
    id: "sse_token_processing/old_async_path/200",
    label: "old path: parse every token",
    tone: "other",
  },
  {
    id: "sse_token_processing/new_sync_path/200",
    label: "new path: copy every token",
    tone: "other",
  },
  {
    id: "sse_token_processing/whole_path/200",
    label: "Slipstream, everything on",
    tone: "ours",
  },
  {
    id: "sse_token_processing/forward_without_copies/200",
    label: "Slipstream, bytes only",
    tone: "ours",
  },
];

function chartPaths(tasks: readonly StoredTask[], notes: readonly string[]): Chart | undefined {
  const rows = PATHS.flatMap(({ id, label, tone }) => {
    const ns = tasks.find((task) => task.id === id)?.timing.p50;
    return ns === undefined ? [] : [{ label, tone, ns }];
  });
  if (rows.length < 2) return undefined;
  const longest = Math.max(...rows.map(({ ns }) => ns));
  const bars = rows.map(({ label, tone, ns }) => ({
    label,
    tone,
    text: formatTime(ns),
    from: 0,
    to: ns / longest,
  }));
  return toChart("before-and-after", {
    title: "200 tokens of a stream, median time",
    bars,
    notes: ["All four in TypeScript, in one run on one machine. Shorter is better.", ...notes],
  });
}

/** Production code that answers the same need as one of the reference's rows; its work is not the same. */
const TWINS: readonly (readonly [ours: string, theirs: string])[] = [
  ["sse_token_processing/whole_path/200", "sse_token_processing/new_sync_path/200"],
  ["full_auth_hot_path/authenticate", "full_auth_hot_path/format_hash_cache_hit"],
  ["provider_ordering/pick/3", "provider_ordering/order_providers/3"],
  ["provider_ordering/pick/10", "provider_ordering/order_providers/10"],
];

interface Compared {
  readonly label: string;
  readonly tone: BarTone;
  /** How many times as long as what was published. */
  readonly times: number;
}

function chartPublished(tasks: readonly StoredTask[], notes: readonly string[]): Chart | undefined {
  const published = new Map(tasks.map((task) => [task.id, parseTime(task.published)]));
  const rows = tasks.flatMap(({ id, timing }): Compared[] => {
    const twin = TWINS.find(([ours]) => ours === id)?.[1];
    const ns = published.get(twin ?? id);
    if (ns === undefined) return [];
    const tone = twin === undefined ? "reference" : "ours";
    return [{ label: twin === undefined ? id : `ours: ${id}`, tone, times: timing.p50 / ns }];
  });
  if (rows.length === 0) return undefined;
  return toChart("against-published", {
    title: "Times the reference's published figure, logarithmic",
    bars: toRelativeBars(rows),
    marks: [{ at: 0.5, text: "as published" }],
    notes: [
      "NOT ONE MACHINE: theirs is Rust, measured elsewhere and published; ours is TypeScript, measured here.",
      "Left of the line is faster. Orange: the same work done over again. Green: what the gateway does for it.",
      ...notes,
    ],
  });
}

/** From the middle, which is 1, to both sides alike. */
function toRelativeBars(rows: readonly Compared[]): Bar[] {
  const reach = Math.max(...rows.map(({ times }) => Math.abs(Math.log(times))), Math.log(2));
  return rows.map(({ label, tone, times }) => ({
    label,
    tone,
    text: `${formatTimes(times)} times`,
    from: 0.5,
    to: 0.5 + Math.log(times) / reach / 2,
  }));
}

function chartNginx(load: LoadResult | undefined, notes: readonly string[]): Chart | undefined {
  const rows = (load?.figures ?? []).flatMap(({ scenario, label, values, comparison }) =>
    comparison !== undefined && values["nginx"] !== undefined
      ? [{ name: `${scenario}, ${label.replace(/, µs$/, "")}`, comparison }]
      : [],
  );
  if (rows.length === 0) return undefined;
  const longest = Math.max(
    ...rows.flatMap(({ comparison: { ratio, budget = 0 } }) => [ratio.median, budget]),
  );
  const bars = rows.flatMap(({ name, comparison: { ratio, budget, isMet } }) => {
    const verdict = budget === undefined ? undefined : `budget ${isMet ? "met" : "missed"}`;
    const limit = { label: "budget", tone: "reference", times: budget ?? 0 } as const;
    return [
      toMultiple({ label: `${name}: nginx`, tone: "other", times: 1 }, longest),
      toMultiple({ label: "Slipstream", tone: "ours", times: ratio.median }, longest, verdict),
      ...(budget === undefined ? [] : [toMultiple(limit, longest)]),
    ];
  });
  return toChart("gateway-against-nginx", {
    title: "CPU time as a multiple of nginx",
    bars,
    notes: [
      "Neighbours of one run on one machine. nginx forwards the same bytes and does nothing else.",
      ...notes,
    ],
  });
}

function toMultiple({ label, tone, times }: Compared, longest: number, verdict?: string): Bar {
  const text = verdict === undefined ? formatTimes(times) : `${formatTimes(times)} (${verdict})`;
  return { label, tone, text, from: 0, to: times / longest };
}

/** Each by its own limit, which is 1: their units differ. */
function chartLimits(load: LoadResult | undefined, notes: readonly string[]): Chart | undefined {
  const rows = (load?.figures ?? []).flatMap(({ scenario, label, limit }) =>
    limit === undefined ? [] : [{ name: `${scenario}, ${label}`, limit }],
  );
  if (rows.length === 0) return undefined;
  const longest = Math.max(1, ...rows.map(({ limit: { value, max } }) => value / max));
  const bars = rows.map(({ name, limit }) => {
    const verdict = `${formatLimit(limit)}: ${limit.isMet ? "met" : "missed"}`;
    const to = Math.max(0, limit.value / limit.max) / longest;
    const text = `${formatLimited(limit)} (${verdict})`;
    return { label: name, tone: "ours", text, from: 0, to } as const;
  });
  return toChart("limits", {
    title: "What was promised beside CPU time",
    bars,
    marks: [{ at: 1 / longest, text: "limit" }],
    notes: ["Added: more than without a proxy in the same run. Shorter is better.", ...notes],
  });
}

function toChart(
  name: string,
  { bars, ...chart }: Omit<Parameters<typeof renderBarChart>[0], "description">,
): Chart {
  const told = bars.map(({ label, text }) => `${label}: ${text}`).join("; ");
  const description = [told, ...chart.notes].join(". ");
  const alternative = `${chart.title}: ${told}`;
  return { name, alternative, svg: renderBarChart({ ...chart, bars, description }) };
}

function formatTimes(times: number): string {
  return times >= 100 ? times.toFixed(0) : times.toPrecision(3);
}
