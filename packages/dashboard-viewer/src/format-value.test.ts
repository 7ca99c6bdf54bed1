import { expect, test } from "vitest";
import { formatValue } from "./format-value.ts";

test.each([
  [0.0042, "s", "4.2 ms"],
  [0.99999, "s", "1 s"],
  [90, "s", "1.5 min"],
  [0, "s", "0 s"],
  [0.00005, "s", "50 µs"],
  [250, "ms", "250 ms"],
  [0.9345, "percentunit", "93.5%"],
  [12, "percent", "12%"],
  [1_536, "bytes", "1.5 KiB"],
  [1_500, "decbytes", "1.5 KB"],
  [1_234_567, "short", "1.23 Mil"],
  [12.34, "reqps", "12.3 req/s"],
  [0.0123, "currencyUSD", "$0.0123"],
  [-3, "currencyUSD", "-$3"],
  [42, "suffix:tok/s", "42 tok/s"],
  [7, "widgets", "7 widgets"],
  [NaN, "s", "NaN"],
  [Infinity, "s", "+Inf"],
])("%s in %s is %s", (value, unit, text) => {
  expect(formatValue(value, { unit })).toBe(text);
});

test("decimals that a dashboard asks for", () => {
  expect(formatValue(0.5, { unit: "percentunit", decimals: 2 })).toBe("50.00%");
});
