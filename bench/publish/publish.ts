/** New results into the histories, and histories to where they are asked for. */
import { readResults } from "../stored-results.ts";
import type { StoredResult } from "../stored-results.ts";
import { backfill } from "./backfill.ts";
import type { PublishOptions } from "./command-line.ts";
import { findDrifts } from "./drift.ts";
import type { Drift } from "./drift.ts";
import { mergeLines, readHistories, readHistory, writeHistory } from "./history.ts";
import type { History } from "./history.ts";
import { renderOpenMetrics } from "./open-metrics.ts";
import { PublishFailure } from "./publish-failure.ts";
import { push } from "./pushgateway.ts";
import { findObjections, isQuickTestbed, toLine, toTestbed } from "./to-lines.ts";

export interface PublishPort {
  readonly nowMs: number;
  /** A sentence for people. */
  readonly tell: (text: string) => void;
  /** What `--stdout` asked for. */
  readonly print: (text: string) => void;
}

/** @throws {PublishFailure} when something is refused, by us or by where it should go. */
export async function publish(options: PublishOptions, port: PublishPort): Promise<void> {
  const { isHistoryOnly, isPrinted, backfill: dataFolder, pushgateway, historyFolder } = options;
  const published = isHistoryOnly ? [] : addResults(options, port);
  const histories = readHistories(historyFolder).filter(
    ({ testbed }) => options.isQuickAllowed || !isQuickTestbed(testbed),
  );
  const isAsked = isPrinted || dataFolder !== undefined || pushgateway !== undefined;
  if (isAsked && histories.length === 0) {
    throw new PublishFailure(`There is no history in ${historyFolder}.`);
  }
  if (isPrinted) port.print(renderOpenMetrics(histories, { hasTimestamps: true }));
  if (dataFolder !== undefined) {
    const left = backfill(histories, dataFolder, port.nowMs);
    port.tell(`Blocks of ${histories.length} histories are in ${dataFolder}.${sayLeft(left)}`);
  }
  if (pushgateway !== undefined) {
    const newest = histories.filter(
      ({ testbed }) => published.length === 0 || published.includes(testbed),
    );
    await push(newest, pushgateway);
    port.tell(`The newest results are at ${new URL(pushgateway).host}.`);
  }
}

/** @returns the testbeds that were added to. */
function addResults(options: PublishOptions, { tell }: PublishPort): string[] {
  const { resultsFolder, historyFolder } = options;
  const results = readResults(resultsFolder);
  if (results.length === 0) {
    throw new PublishFailure(`There are no results in ${resultsFolder}: npm run bench makes them.`);
  }
  const objections = results.flatMap((result) => findObjections(result, options));
  if (objections.length > 0) {
    throw new PublishFailure(
      `Nothing was published:\n${objections.map((text) => `  ${text}`).join("\n")}\n` +
        "A history is for commits. --dirty and --quick publish such results all the same, marked.",
    );
  }
  const byTestbed = Map.groupBy(results, toTestbed);
  for (const [testbed, own] of byTestbed) {
    addTo(readHistory(historyFolder, testbed), own, { historyFolder, tell });
  }
  return [...byTestbed.keys()];
}

function addTo(
  { testbed, lines }: History,
  results: readonly StoredResult[],
  { historyFolder, tell }: Pick<PublishOptions, "historyFolder"> & Pick<PublishPort, "tell">,
): void {
  const added = results.map(toLine);
  const drifts = added.flatMap((line) => findDrifts(line, lines));
  const merged = mergeLines(lines, added);
  writeHistory(historyFolder, { testbed, lines: merged });
  const parts = added.map(({ part, commit }) => `${part} of ${commit.slice(0, 12)}`);
  const replaced = lines.length + added.length - merged.length;
  tell(`${testbed}: ${parts.join(", ")}; ${merged.length} lines, ${replaced} replaced.`);
  for (const drift of drifts) tell(describeDrift(drift));
}

function describeDrift({ part, task, seconds, usualSeconds, low, high }: Drift): string {
  const change = (seconds / usualSeconds - 1) * 100;
  const [text, usual, from, to] = [seconds, usualSeconds, low, high].map(toMicroseconds);
  const sign = change > 0 ? "+" : "";
  return `WARNING ${part}, ${task}: ${text} µs, usually ${usual} (${from} to ${to}), ${sign}${change.toFixed(0)} %`;
}

function toMicroseconds(seconds: number): string {
  return (seconds * 1e6).toPrecision(3);
}

function sayLeft(lines: number): string {
  if (lines === 0) return "";
  return ` ${lines} lines of the last three hours were left out: a running server holds that time in memory. Do it again later.`;
}
