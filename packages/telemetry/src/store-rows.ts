/** How the store is. */
import type { GaugeRow } from "./metric-row.ts";

export const STORE_FAILING: GaugeRow<"check"> = {
  type: "gauge",
  name: "slipstream_store_failing",
  help: "1 while a check of the store fails, 0 while it passes.",
  unit: undefined,
  labels: ["check"],
};
