/** What the viewer may be told. */
import { parseArgs } from "node:util";
import { parseDuration, parseTime } from "./duration.ts";

export interface ViewOptions {
  readonly dashboards: string;
  readonly prometheus: string;
  readonly out: string;
  /** Seconds since 1970; `undefined`: as the dashboard says. */
  readonly from: number | undefined;
  readonly to: number | undefined;
  /** Seconds; `undefined`: as Prometheus says. */
  readonly scrapeInterval: number | undefined;
  /** No picture of a dashboard without any data. */
  readonly skipEmpty: boolean;
}

export type Command =
  | { readonly type: "view"; readonly options: ViewOptions }
  | { readonly type: "help" }
  | { readonly type: "refuse"; readonly message: string };

export const HELP = `Draws Grafana dashboards (classic JSON) as pictures, with the data of a Prometheus.

Usage: node packages/dashboard-viewer/src/main.ts --dashboards DIR --prometheus URL --out DIR [options]

  --dashboards DIR        folder with the dashboards' .json files
  --prometheus URL        where Prometheus listens, e.g. http://127.0.0.1:9090
  --out DIR               folder for the pictures, NAME.png for NAME.json; made if it does not exist
  --from TIME, --to TIME  what to show; the dashboard's own times if left out. now, now-30m,
                          ISO 8601, or seconds or milliseconds since 1970
  --scrape-interval TIME  what Grafana's data source calls timeInterval, e.g. 15s; as Prometheus
                          says if left out
  --skip-empty            no picture of a dashboard in which no panel has data
  --help                  this text

Needs Chromium (Debian: apt install chromium). The pictures are ours, not Grafana's, and say so.
Variables have the values that were saved with the dashboard. Rows that are folded are opened.
Exit codes: 0 drawn, 1 it could not be done, 2 the command line is wrong.`;

const text = { type: "string" } as const;

/** @param now Seconds since 1970. */
export function parseCommandLine(words: readonly string[], now: number): Command {
  try {
    const options = {
      dashboards: text,
      prometheus: text,
      out: text,
      from: text,
      to: text,
      "scrape-interval": text,
      "skip-empty": { type: "boolean", default: false },
      help: { type: "boolean", short: "h" },
    } as const;
    const { values } = parseArgs({ args: [...words], options });
    if (values.help === true) return { type: "help" };
    const from = toTime("--from", values.from, now);
    const to = toTime("--to", values.to, now);
    if (from !== undefined && from >= (to ?? now)) throw new Error("--from is not before --to");
    return {
      type: "view",
      options: {
        dashboards: required("--dashboards", values.dashboards),
        prometheus: toUrl(required("--prometheus", values.prometheus)),
        out: required("--out", values.out),
        from,
        to,
        scrapeInterval: toSeconds(values["scrape-interval"]),
        skipEmpty: values["skip-empty"],
      },
    };
  } catch (error) {
    return { type: "refuse", message: error instanceof Error ? error.message : String(error) };
  }
}

function required(option: string, value: string | undefined): string {
  if (value === undefined || value === "") throw new Error(`${option} is missing`);
  return value;
}

function toUrl(value: string): string {
  if (!/^https?:\/\//.test(value) || !URL.canParse(value)) {
    throw new Error(`--prometheus "${value}": expected a URL like http://127.0.0.1:9090`);
  }
  return value;
}

function toTime(option: string, value: string | undefined, now: number): number | undefined {
  if (value === undefined) return undefined;
  const time = parseTime(value, now);
  if (time === undefined) {
    throw new Error(`${option} "${value}": expected now-30m, ISO 8601 or seconds since 1970`);
  }
  return time;
}

function toSeconds(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const seconds = parseDuration(value);
  if (seconds === undefined) throw new Error(`--scrape-interval "${value}": expected e.g. 15s`);
  return seconds;
}
