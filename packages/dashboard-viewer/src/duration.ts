/** Durations as Prometheus and Grafana write them, and what a dashboard makes of them. */

const UNIT_SECONDS: Readonly<Record<string, number>> = {
  ms: 0.001,
  s: 1,
  m: 60,
  h: 3_600,
  d: 86_400,
  w: 604_800,
  y: 31_536_000,
};

/** @returns seconds, or `undefined` for what is no duration such as `1h30m`. */
export function parseDuration(text: string): number | undefined {
  if (!/^(?:\d+(?:ms|[smhdwy]))+$/.test(text)) return undefined;
  return [...text.matchAll(/(\d+)(ms|[smhdwy])/g)].reduce(
    (sum, [, count, unit = ""]) => sum + Number(count) * (UNIT_SECONDS[unit] ?? NaN),
    0,
  );
}

/** For PromQL, which knows no fractions. */
export function toDuration(seconds: number): string {
  const whole = Number.isInteger(seconds);
  return whole ? `${seconds}s` : `${Math.max(1, Math.round(seconds * 1_000))}ms`;
}

/** What a panel is asked for: the steps that people expect on an axis, seconds. */
const STEPS: readonly number[] = [
  0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1_200, 1_800, 3_600, 7_200,
  10_800, 21_600, 43_200, 86_400,
];

/** The smallest good step that needs no more than so many points, and never less than the minimum. */
export function toStep(rangeSeconds: number, pointsMax: number, minimum: number): number {
  const wanted = rangeSeconds / pointsMax;
  const step = STEPS.find((candidate) => candidate >= wanted) ?? 86_400;
  return Math.max(step, minimum);
}

/** Four scrapes are enough for a rate even when one of them fails; a step must not fall between two. */
export function toRateInterval(step: number, scrapeInterval: number): number {
  return Math.max(step + scrapeInterval, 4 * scrapeInterval);
}

/**
 * A point in time as Grafana accepts it: `now`, `now-30m`, seconds or milliseconds since 1970, or ISO 8601.
 * @returns seconds since 1970, or `undefined`.
 */
export function parseTime(text: string, now: number): number | undefined {
  if (text === "now") return now;
  if (text.startsWith("now-")) {
    const seconds = parseDuration(text.slice("now-".length));
    return seconds === undefined ? undefined : now - seconds;
  }
  if (/^\d{12,}$/.test(text)) return Number(text) / 1_000;
  if (/^\d{9,11}(?:\.\d+)?$/.test(text)) return Number(text);
  const milliseconds = Date.parse(text);
  return Number.isNaN(milliseconds) ? undefined : milliseconds / 1_000;
}
