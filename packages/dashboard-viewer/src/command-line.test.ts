import { expect, test } from "vitest";
import { parseCommandLine } from "./command-line.ts";

const NOW = 1_700_000_000;
const NEEDED = ["--dashboards", "in", "--prometheus", "http://127.0.0.1:9090", "--out", "out"];

test("what is needed, and times", () => {
  expect(parseCommandLine([...NEEDED, "--from", "now-5m"], NOW)).toEqual({
    type: "view",
    options: {
      dashboards: "in",
      prometheus: "http://127.0.0.1:9090",
      out: "out",
      from: NOW - 300,
      to: undefined,
      scrapeInterval: undefined,
      skipEmpty: false,
    },
  });
  expect(parseCommandLine(["--help"], NOW)).toEqual({ type: "help" });
});

test.each([
  [[], "--dashboards is missing"],
  [[...NEEDED, "--prometheus", "localhost"], '--prometheus "localhost": expected a URL'],
  [[...NEEDED, "--from", "soon"], '--from "soon": expected now-30m'],
  [[...NEEDED, "--from", "now", "--to", "now-5m"], "--from is not before --to"],
  [[...NEEDED, "--scrape-interval", "15"], '--scrape-interval "15": expected e.g. 15s'],
  [[...NEEDED, "--colour"], "--colour"],
])("%s is refused", (words, message) => {
  expect(parseCommandLine(words, NOW)).toEqual({
    type: "refuse",
    message: expect.stringContaining(message),
  });
});
