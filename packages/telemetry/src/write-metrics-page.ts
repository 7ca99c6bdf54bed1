import { writeFileSync } from "node:fs";
import { toMetricsPage } from "./metrics-page.ts";

writeFileSync(new URL("../../../docs/metrics.md", import.meta.url), toMetricsPage());
