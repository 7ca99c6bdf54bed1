/** The series of a panel's queries, with the names, settings and colours that they are drawn with. */
import { paletteColor, toCssColor } from "./colors.ts";
import type { FieldConfig, Panel } from "./dashboard-schema.ts";
import { displayValue } from "./display-value.ts";
import { resolveFieldConfig } from "./field-config.ts";
import type { LabelSet, Sample, Series } from "./prometheus-client.ts";
import type { TargetResult } from "./query-panel.ts";

export interface Line {
  readonly name: string;
  readonly labels: LabelSet;
  readonly refId: string;
  readonly samples: readonly Sample[];
  readonly config: FieldConfig;
  readonly color: string;
}

export function toLines(panel: Panel, results: readonly TargetResult[]): readonly Line[] {
  const named = results.flatMap((result) => {
    const { refId, format, legendFormat } = result.target;
    const series = format === "heatmap" ? toSingleBuckets(result.series) : result.series;
    return series.map(({ labels, samples }) => ({
      name: nameSeries(labels, legendFormat ?? "", result),
      labels,
      refId,
      samples,
    }));
  });
  const lines = named.map((line, index) => {
    const config = resolveFieldConfig(panel, { ...line, type: "number" });
    const name = fillLabels(config.displayName ?? line.name, line.labels);
    return { ...line, name, config, color: colorOf(line.samples, config, index) };
  });
  return lines.filter(({ config }) => config.custom?.hideFrom?.viz !== true);
}

function nameSeries(labels: LabelSet, legendFormat: string, { expression }: TargetResult): string {
  if (legendFormat !== "" && legendFormat !== "__auto") {
    return legendFormat.replaceAll(
      /\{\{\s*(\w+)\s*\}\}/g,
      (_, label: string) => labels[label] ?? "",
    );
  }
  const { __name__: metric = "", ...others } = labels;
  const pairs = Object.entries(others);
  const [only] = pairs;
  if (only === undefined) return metric === "" ? expression : metric;
  if (pairs.length === 1 && metric === "") return only[1];
  return `${metric}{${pairs.map(([label, value]) => `${label}="${value}"`).join(", ")}}`;
}

function fillLabels(name: string, labels: LabelSet): string {
  return name.replaceAll(
    /\$\{__field\.labels(?:\.(\w+)|\["(\w+)"\])\}/g,
    (_, dotted?: string, quoted?: string) => labels[dotted ?? quoted ?? ""] ?? "",
  );
}

function colorOf(samples: readonly Sample[], config: FieldConfig, index: number): string {
  const { mode, fixedColor } = config.color ?? {};
  if ((mode === "fixed" || mode === "shades") && fixedColor !== undefined) {
    return toCssColor(fixedColor);
  }
  if (mode !== "thresholds") return paletteColor(index);
  return displayValue(samples.at(-1)?.value ?? null, config).color ?? paletteColor(index);
}

/**
 * Prometheus' buckets each hold what is in all smaller ones too.
 * @returns what is in each alone, by ascending bound.
 */
export function toSingleBuckets(series: readonly Series[]): readonly Series[] {
  const ascending = series.toSorted((a, b) => toBound(a) - toBound(b));
  return ascending.map(({ labels, samples }, index) => {
    const below = new Map(
      ascending[index - 1]?.samples.map(({ time, value }) => [time, value] as const),
    );
    return {
      labels,
      samples: samples.map(({ time, value }) => ({
        time,
        // A scrape between two writes can make a difference negative, never by much.
        value: Math.max(0, value - (below.get(time) ?? 0)),
      })),
    };
  });
}

export function toBound({ labels }: Pick<Series, "labels">): number {
  const bound = labels["le"] ?? "+Inf";
  return bound === "+Inf" ? Infinity : Number(bound);
}
