/**
 * How OpenMetrics 1.0 writes names, labels and numbers.
 * Source: https://github.com/prometheus/OpenMetrics, specification/OpenMetrics.md
 */

import type { Exemplar } from "./exemplar.ts";

export interface FamilyFacts {
  readonly type: string;
  readonly name: string;
  readonly help: string;
}

/** The family of a counter has no `_total`; its samples do. */
export function toFamilyName(name: string): string {
  return name.replace(/_total$/, "");
}

export function toHeaderText({ type, name, help }: FamilyFacts): string {
  const family = toFamilyName(name);
  return `# HELP ${family} ${escapeText(help)}\n# TYPE ${family} ${type}\n`;
}

/** `a="1",b="2"`; an empty value means the same as no label and is left out. */
export function toLabelText(labels: readonly (readonly [name: string, value: string])[]): string {
  return labels
    .filter(([, value]) => value !== "")
    .map(([name, value]) => `${name}="${escapeText(value)}"`)
    .join(",");
}

/** Bounds are floats, whole ones too: Prometheus 2 tells `le="1"` from `le="1.0"`. */
export function toBoundText(bound: number): string {
  if (bound === Infinity) return "+Inf";
  return Number.isInteger(bound) ? `${bound}.0` : String(bound);
}

/** What follows the value of a bucket. Its labels take 63 of the 128 characters that there may be. */
export function toExemplarText(value: number, { traceId, spanId, atEpochMs }: Exemplar): string {
  const seconds = (atEpochMs / 1_000).toFixed(3);
  return ` # {trace_id="${traceId}",span_id="${spanId}"} ${value} ${seconds}`;
}

function escapeText(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll('"', '\\"');
}
