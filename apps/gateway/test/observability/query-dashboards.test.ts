import { expect, test } from "vitest";
import { withoutFilters } from "./query-dashboards.ts";

test("comparisons become 0 or 1; selectors and texts stay as they are", () => {
  expect(withoutFilters('sum(rate(a{b!="c>d",e=~"f"}[5m])) / (sum(g) > 0) >= 0.5')).toBe(
    'sum(rate(a{b!="c>d",e=~"f"}[5m])) / (sum(g) > bool 0) >= bool 0.5',
  );
  expect(withoutFilters("a > bool 1 and b == 2")).toBe("a > bool 1 and b == bool 2");
  expect(withoutFilters('label_replace(a, "x", "<$1>", "y", "(.*)") != 0')).toBe(
    'label_replace(a, "x", "<$1>", "y", "(.*)") != bool 0',
  );
});
