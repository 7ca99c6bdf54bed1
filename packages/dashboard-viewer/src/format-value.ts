/** Numbers as one reads them on a dashboard. Also runs in the page, for the axes. */

export interface NumberFormat {
  /** As Grafana calls it, e.g. `s`, `percentunit`, `reqps`. */
  readonly unit: string;
  /** `undefined`: as many as three significant digits need. */
  readonly decimals?: number | undefined;
}

interface Scale {
  readonly factors: readonly (readonly [factor: number, suffix: string])[];
  /** What stands before the number, e.g. `$`. */
  readonly prefix?: string;
}

/** Ascending. */
const SECONDS: Scale["factors"] = [
  [1e-9, " ns"],
  [1e-6, " µs"],
  [1e-3, " ms"],
  [1, " s"],
  [60, " min"],
  [3_600, " h"],
  [86_400, " d"],
];
const KIB = 1_024;

function times(perSecond: number): Scale {
  return { factors: SECONDS.map(([size, suffix]) => [size * perSecond, suffix]) };
}

function thousands(suffix: string, prefix = ""): Scale {
  const names = ["", "K", "M", "G", "T"];
  const gap = suffix === "" ? "" : " ";
  const factors = names.map((name, power) => [1_000 ** power, gap + name + suffix] as const);
  return { factors, prefix };
}

function plainWords(suffix: string): Scale {
  const names = ["", " K", " Mil", " Bil"];
  return { factors: names.map((name, power) => [1_000 ** power, `${name}${suffix}`] as const) };
}

function binary(suffix: string): Scale {
  const names = ["B", "KiB", "MiB", "GiB", "TiB"];
  return { factors: names.map((name, power) => [KIB ** power, ` ${name}${suffix}`] as const) };
}

const SCALES: Readonly<Record<string, Scale>> = {
  none: { factors: [[1, ""]] },
  string: { factors: [[1, ""]] },
  short: plainWords(""),
  locale: { factors: [[1, ""]] },
  percent: { factors: [[1, "%"]] },
  percentunit: { factors: [[0.01, "%"]] },
  s: times(1),
  ms: times(1_000),
  µs: times(1_000_000),
  ns: times(1_000_000_000),
  m: times(1 / 60),
  h: times(1 / 3_600),
  bytes: binary(""),
  decbytes: thousands("B"),
  binBps: binary("/s"),
  Bps: thousands("B/s"),
  reqps: plainWords(" req/s"),
  rps: plainWords(" rd/s"),
  ops: plainWords(" ops/s"),
  cps: plainWords(" c/s"),
  eps: plainWords(" evt/s"),
  mps: plainWords(" msg/s"),
  currencyUSD: thousands("", "$"),
};

/** What is smaller is shown as such or as 0, never with a tail of zeros. */
const SIGNIFICANT = 3;

export function formatValue(value: number, { unit, decimals }: NumberFormat): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "+Inf" : "-Inf";
  if (unit.startsWith("dateTime")) return formatTime(value / 1_000);
  const { factors, prefix = "" } = findScale(unit);
  const [factor, suffix] = pickFactor(factors, value);
  const number = toDigits(value / factor, decimals);
  const sign = number.startsWith("-") ? "-" : "";
  return `${sign}${prefix}${number.slice(sign.length)}${suffix}`;
}

function findScale(unit: string): Scale {
  const known = SCALES[unit];
  if (known !== undefined) return known;
  const [kind, ...rest] = unit.split(":");
  const text = rest.join(":");
  if (kind === "suffix") return plainWords(` ${text.trim()}`);
  if (kind === "prefix") return thousands("", text);
  if (kind === "si") return thousands(text);
  return unit === "" ? plainWords("") : plainWords(` ${unit}`);
}

function pickFactor(factors: Scale["factors"], value: number): readonly [number, string] {
  const size = Math.abs(value);
  // Almost a whole second is a second: 0.99999 s must not become 1000 ms.
  const fitting = factors.filter(([factor]) => size >= factor * 0.9995);
  const unitFactor = factors.find(([factor]) => factor === 1) ?? factors[0];
  const smallest = size === 0 ? unitFactor : factors[0];
  return fitting.at(-1) ?? smallest ?? [1, ""];
}

function toDigits(number: number, decimals: number | undefined): string {
  if (decimals !== undefined) return number.toFixed(decimals);
  const size = Math.abs(number);
  if (size === 0) return "0";
  const whole = Math.floor(Math.log10(size)) + 1;
  const places = Math.min(Math.max(SIGNIFICANT - whole, 0), 6);
  const text = number.toFixed(places);
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

/** @param seconds Since 1970. In UTC, so that a picture is the same everywhere. */
export function formatTime(seconds: number): string {
  return new Date(seconds * 1_000).toISOString().slice(0, 19).replace("T", " ");
}
