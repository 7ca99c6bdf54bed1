/** The result in words: a table, what its columns need to be read rightly, and the place. */
import { formatTable } from "../format-table.ts";
import type { Environment } from "../environment.ts";
import { COLD_START } from "./cold-start.ts";
import { cpuUsPerUnit, toRatios } from "./figures.ts";
import type { Figure } from "./figures.ts";
import { formatLimit, formatLimited } from "./limit.ts";
import type { Cell } from "./measure.ts";
import type { Pinning } from "./pinning.ts";
import { TICK_MS } from "./process-cpu.ts";
import type { CpuClock } from "./process-cpu.ts";
import type { Round } from "./rounds.ts";
import { isStreamed } from "./scenario.ts";
import type { Scenario } from "./scenario.ts";
import { toSpread } from "./statistics.ts";
import type { Spread } from "./statistics.ts";
import { DIRECT, toColumns } from "./subjects/subject.ts";

const NOTHING = "–";

/** Where the load was made. */
export interface LoadEnvironment extends Environment {
  /** `undefined` when it is not installed. */
  readonly nginx: string | undefined;
  readonly pinning: Pinning;
  readonly cpuClock: CpuClock;
}

export function formatReport(
  scenarios: readonly Scenario[],
  { figures, cells }: { readonly figures: readonly Figure[]; readonly cells: readonly Cell[] },
  environment: LoadEnvironment,
): string {
  const tables = scenarios.map(({ name, label, comparison }) => {
    const own = figures.filter(({ scenario }) => scenario === name);
    const measured = cells.filter(({ scenario }) => scenario === name);
    const subjects = toColumns(measured.map(({ subject }) => subject));
    const rows = own.map((figure) => [
      figure.label,
      ...subjects.map((subject) => formatSpread(figure.values[subject])),
      ...formatComparison(figure),
    ]);
    return formatTable([[label, ...subjects, `÷ ${comparison.with}`, "budget", "met"], ...rows]);
  });
  return [
    ...tables,
    ...formatColdStart(figures),
    "Median (min–max) of the rounds; latencies are percentiles of all samples. CPU in column direct is",
    "what mock and load generator cost: without a proxy, a proxy costs 0. Column bare: the gateway without",
    "metrics, traces, log and usage records, at the same time on the same core.",
    ...(environment.nginx === undefined ? [NGINX_MISSING] : []),
    "",
    formatEnvironment(environment),
    formatQuality(cells, environment),
  ].join("\n");
}

function formatColdStart(figures: readonly Figure[]): string[] {
  const own = figures.filter(({ scenario }) => scenario === COLD_START);
  if (own.length === 0) return [];
  const subjects = toColumns(own.flatMap(({ values }) => Object.keys(values)));
  const rows = own.map(({ label, values }) => [
    label,
    ...subjects.map((subject) => formatSpread(values[subject])),
  ]);
  return [formatTable([["started anew", ...subjects], ...rows])];
}

/** One line per round, while the run goes on. */
export function formatRound({ scenario, number, cells, gaps }: Round): string {
  const { label, rounds } = scenario;
  const name = number === 0 ? "warm-up" : `round ${number} of ${rounds}`;
  const costs = cells
    .filter(({ subject }) => subject !== DIRECT)
    .map((cell) => `${cell.subject} ${formatNumber(cpuUsPerUnit(cell))}`);
  const ratio = toSpread(toRatios(scenario, cells));
  const unit = isStreamed(scenario) ? "µs per event" : "µs per request";
  const times = ratio ? ` (${ratio.median.toFixed(2)}×)` : "";
  const missing = gaps.map((gap) => `\n  left out: ${gap}`).join("");
  return `${label}, ${name}: ${unit}: ${costs.join(", ")}${times}${missing}`;
}

const NGINX_MISSING = `
!! THE RATIO IS MISSING: nginx is not installed, and the budgets are multiples of nginx.
!! Debian, Ubuntu: sudo apt-get install nginx. Its service is not needed and may be stopped.`;

/** What it is compared with, what was promised, and whether that is kept. */
function formatComparison({ comparison, limit }: Figure): string[] {
  if (limit !== undefined) {
    const verdict = limit.isMet ? "yes" : "NO";
    return [NOTHING, formatLimit(limit), `${verdict} (${formatLimited(limit)})`];
  }
  if (comparison === undefined) return [NOTHING, NOTHING, NOTHING];
  const { ratio, budget, isMet } = comparison;
  const { median, min, max } = ratio;
  const text = `${median.toFixed(2)}× (${min.toFixed(2)}–${max.toFixed(2)})`;
  if (budget === undefined) return [text, NOTHING, NOTHING];
  return [text, `${budget.toFixed(1)}×`, isMet ? "yes" : "NO"];
}

function formatSpread(spread: Spread | undefined): string {
  if (spread === undefined) return NOTHING;
  const { median, min, max } = spread;
  const text = formatNumber(median);
  return min === max ? text : `${text} (${formatNumber(min)}–${formatNumber(max)})`;
}

/** Three digits: more would be noise. */
function formatNumber(value: number): string {
  if (value >= 100) return value.toFixed(0);
  return value.toFixed(value >= 10 ? 1 : 2);
}

function formatEnvironment(environment: LoadEnvironment): string {
  const { cpu, cores, kernel, node, nginx, pinning, loadAverage } = environment;
  const place =
    pinning.type === "pinned"
      ? `pinned (mock and load on core ${pinning.cores.load}, proxy on core ${pinning.cores.subject})`
      : `NOT PINNED: ${pinning.reason}`;
  const programs = `node ${node}, nginx ${nginx ?? "missing"}, Linux ${kernel}`;
  return `${cpu}, ${cores} cores, load ${loadAverage.toFixed(1)}; ${programs}; ${place}`;
}

/** How far the CPU figures can be trusted. */
function formatQuality(cells: readonly Cell[], { cpuClock }: LoadEnvironment): string {
  const clock = cpuClock === "schedstat" ? "schedstat, ns" : formatTickError(cells);
  const shares = cells.flatMap(({ foreignCpuMs, windowMs }) =>
    foreignCpuMs === undefined ? [] : [foreignCpuMs / windowMs],
  );
  if (shares.length === 0) return `CPU time from /proc (${clock})`;
  const disturbed = shares.filter((share) => share > FOREIGN_SHARE_MAX).length;
  const others = `others were on the proxy's core in ${disturbed} of ${shares.length} windows`;
  const isDoubtful = disturbed > shares.length * DISTURBED_SHARE_MAX;
  return `CPU time from /proc (${clock}); ${others}${isDoubtful ? `\n${DOUBTFUL}` : ""}`;
}

/** Of a window's time: what a quiet machine does beside. */
const FOREIGN_SHARE_MAX = 0.1;
/** Of the windows: the median is still one of a quiet machine. */
const DISTURBED_SHARE_MAX = 0.25;
const DOUBTFUL = `
!! DOUBTFUL: the machine was not left alone. A proxy that has to wait for its core finds several
!! events at once and does each for less, while its caches have gone cold. Run it again.`;

function formatTickError(cells: readonly Cell[]): string {
  const smallest = Math.min(...cells.map(({ cpuMs }) => cpuMs).filter((cpuMs) => cpuMs > 0));
  return `stat, in ticks of ${TICK_MS} ms: a round is off by up to ${((TICK_MS / smallest) * 100).toFixed(1)} %`;
}
