import {
  BytesIEC,
  OpsPerSecond,
  PercentUnit,
  RequestsPerSecond,
  Seconds,
  Short,
} from "@grafana/grafana-foundation-sdk/units";
import type { PanelUnit } from "./panel.ts";

export const GRAFANA_UNITS: Readonly<Record<PanelUnit, string>> = {
  seconds: Seconds,
  ratio: PercentUnit,
  count: Short,
  "requests per second": RequestsPerSecond,
  "events per second": OpsPerSecond,
  tokens: "suffix: tok",
  "tokens per second": "suffix: tok/s",
  bytes: BytesIEC,
  dollars: "currencyUSD",
  "dollars per hour": "suffix: $/h",
};
