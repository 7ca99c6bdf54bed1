/** The few ratios that the rest of the figures are about; each within one run. */
interface Headline {
  readonly says: string;
  /** How many times as long this one takes … */
  readonly slow: string;
  /** … as that one. */
  readonly fast: string;
  readonly timesMin: number;
}

const OLD_PATH = "sse_token_processing/old_async_path/200";

const HEADLINES: readonly Headline[] = [
  {
    says: "200 tokens forwarded without copies, against parsing each",
    slow: OLD_PATH,
    fast: "sse_token_processing/forward_without_copies/200",
    timesMin: 15,
  },
  {
    says: "200 tokens through everything, against parsing each",
    slow: OLD_PATH,
    fast: "sse_token_processing/whole_path/200",
    timesMin: 6,
  },
];

/** Of what was measured, as much as is needed here. */
interface Median {
  readonly task: { readonly id: string };
  readonly timing: { readonly p50: number };
}

export interface MeasuredHeadline {
  readonly says: string;
  readonly times: number;
  readonly timesMin: number;
  readonly isMet: boolean;
}

/** @returns those whose both sides were measured. */
export function toHeadlines(measured: readonly Median[]): MeasuredHeadline[] {
  const medians = new Map(measured.map(({ task, timing }) => [task.id, timing.p50]));
  return HEADLINES.flatMap(({ says, slow, fast, timesMin }) => {
    const [slowNs, fastNs] = [medians.get(slow), medians.get(fast)];
    if (slowNs === undefined || fastNs === undefined) return [];
    const times = slowNs / fastNs;
    return [{ says, times, timesMin, isMet: times >= timesMin }];
  });
}

export function formatHeadline({ says, times, timesMin, isMet }: MeasuredHeadline): string {
  return `${says}: ${times.toFixed(1)} times as fast (at least ${timesMin}: ${isMet ? "met" : "MISSED"})`;
}
