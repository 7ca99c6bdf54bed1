import { parse } from "yaml";
import { expect, test } from "vitest";
import { renderRules } from "./rules.ts";

test("rule files are what Prometheus reads", () => {
  const text = renderRules(
    [
      {
        name: "group",
        interval: "1m",
        rules: [
          { row: { type: "gauge", name: "a:b:c", labels: [] }, expression: "up" },
          {
            alert: "Down",
            expression: "up == 0",
            holdsFor: "2m",
            severity: "page",
            summary: "{{ $labels.job }} is down",
            description: "It does not answer.",
          },
        ],
      },
    ],
    { heading: "Generated.", runbooks: "docs/" },
  );
  expect(text).toMatch(/^# Generated\.\n/);
  expect(parse(text)).toEqual({
    groups: [
      {
        name: "group",
        interval: "1m",
        rules: [
          { record: "a:b:c", expr: "up" },
          {
            alert: "Down",
            expr: "up == 0",
            for: "2m",
            labels: { severity: "page" },
            annotations: {
              summary: "{{ $labels.job }} is down",
              description: "It does not answer.",
              runbook_url: "docs/Down.md",
            },
          },
        ],
      },
    ],
  });
});
