/** What a page of metrics says. */
import type { Metrics } from "../src/metrics.ts";
import { readOpenMetrics } from "./read-openmetrics.ts";
import type { ReadSample } from "./read-openmetrics.ts";

export async function read(metrics: Metrics, sampleName: string): Promise<readonly ReadSample[]> {
  const families = readOpenMetrics(await metrics.render());
  return [...families.values()].flatMap(({ samples }) =>
    samples.filter(({ name }) => name === sampleName),
  );
}

/** The sum over all label sets that have these labels. */
export async function sum(
  metrics: Metrics,
  sampleName: string,
  labels: Readonly<Record<string, string>> = {},
): Promise<number> {
  const samples = await read(metrics, sampleName);
  return samples
    .filter((sample) =>
      Object.entries(labels).every(([name, value]) => sample.labels[name] === value),
    )
    .reduce((total, { value }) => total + value, 0);
}
