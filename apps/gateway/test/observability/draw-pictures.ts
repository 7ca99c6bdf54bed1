/**
 * Draws every dashboard with the data of a real run: `npm run pictures`.
 *
 * Traffic of all kinds goes through a gateway for a while, Prometheus watches, and the viewer asks it.
 */
import { globSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { drawFolder } from "@slipstream/dashboard-viewer/draw-folder";
import { startObservedGateway } from "./observed-gateway.ts";
import { SCRAPE_SECONDS } from "./prometheus-process.ts";
import { sendTraffic } from "./traffic.ts";

const root = join(import.meta.dirname, "../../../..");
const text = { type: "string" } as const;
const { values } = parseArgs({
  options: { dashboards: text, rules: text, out: text, seconds: text },
});
const dashboards = values.dashboards ?? join(root, "dashboards/dist/classic");
const rules = values.rules ?? join(root, "dashboards/prometheus/rules");
const out = values.out ?? join(root, "docs/images/dashboards");
const seconds = Number(values.seconds ?? "90");

const ROUND_MS = 1_500;
const WARM_UP_SECONDS = 6;

const observed = await startObservedGateway(
  globSync(join(rules, "*.yml")).filter((file) => !file.endsWith("_test.yml")),
);
try {
  const rounds = Math.max(1, Math.round((seconds * 1_000) / ROUND_MS));
  const { busy } = await sendTraffic(observed.rig, { rounds, roundMs: ROUND_MS });
  await observed.prometheus.settle();
  // At the beginning rates are not known yet.
  const from = busy.start + WARM_UP_SECONDS;
  const to = busy.end;
  const options = { dashboards, out, from, to, scrapeInterval: SCRAPE_SECONDS, skipEmpty: true };
  const paths = await drawFolder({ ...options, prometheus: observed.prometheus.url }, to);
  for (const path of paths) process.stdout.write(`${path}\n`);
} finally {
  await observed.close();
}
