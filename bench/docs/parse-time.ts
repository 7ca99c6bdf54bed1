const NS: Readonly<Record<string, number>> = { ns: 1, µs: 1e3, ms: 1e6 };

/** @returns ns from `13.9 µs`; `undefined` for what is no time. */
export function parseTime(text: string | undefined): number | undefined {
  const [, number, unit = ""] = /^([\d.]+) (ns|µs|ms)$/.exec(text ?? "") ?? [];
  const factor = NS[unit];
  return factor === undefined ? undefined : Number(number) * factor;
}
