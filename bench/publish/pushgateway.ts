/** The newest results to a Pushgateway: it keeps the last value of each series and knows no time. */
import type { History, HistoryLine } from "./history.ts";
import { renderOpenMetrics } from "./open-metrics.ts";
import { PublishFailure } from "./publish-failure.ts";

const JOB = "slipstream_bench";
const ANSWER_MS_MAX = 10_000;
const MESSAGE_CHARACTERS_MAX = 300;

/** One request per machine, which replaces all that it had sent before. */
export async function push(histories: readonly History[], address: string): Promise<void> {
  for (const { testbed, lines } of histories) {
    const newest = { testbed, lines: pickNewest(lines) };
    const path = `metrics/job/${JOB}/instance/${encodeURIComponent(testbed)}`;
    await put(
      new URL(path, address.endsWith("/") ? address : `${address}/`),
      renderOpenMetrics([newest], { hasTimestamps: false }),
    );
  }
}

/** The newest line of each part, on the branch of the newest of all. */
function pickNewest(lines: readonly HistoryLine[]): HistoryLine[] {
  const sorted = lines.toSorted((left, right) => Date.parse(left.at) - Date.parse(right.at));
  const branch = sorted.at(-1)?.branch;
  const ofBranch = sorted.filter((line) => line.branch === branch);
  return [...new Map(ofBranch.map((line) => [line.part, line])).values()];
}

async function put(address: URL, body: string): Promise<void> {
  const response = await fetch(address, {
    method: "PUT",
    headers: { "content-type": "text/plain; version=0.0.4" },
    body,
    signal: AbortSignal.timeout(ANSWER_MS_MAX),
  }).catch((cause: unknown) => {
    throw new PublishFailure(`The Pushgateway at ${address.host} does not answer.`, { cause });
  });
  if (response.ok) return;
  const message = (await response.text()).trim().slice(0, MESSAGE_CHARACTERS_MAX);
  throw new PublishFailure(`The Pushgateway answers ${response.status}: ${message}`);
}
