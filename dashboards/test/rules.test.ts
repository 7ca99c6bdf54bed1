import { globSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { substituteVariables } from "@slipstream/grafana-dashboard-builder/check-expression";
import { panelExpressions } from "@slipstream/grafana-dashboard-builder/project";
import type { AlertRule } from "@slipstream/grafana-dashboard-builder/rules";
import { afterAll, describe, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { PROJECT } from "../src/project.ts";
import { complain, HAS_PROMTOOL, NEEDS_PROMTOOL } from "./promtool.ts";

const rules = join(import.meta.dirname, "../prometheus/rules");
const runbooks = join(import.meta.dirname, "../../docs/runbooks");
const folder = mkdtempSync(join(tmpdir(), "slipstream-rules-"));
afterAll(() => rmSync(folder, { recursive: true }));

const alerts: readonly AlertRule[] = PROJECT.ruleFiles
  .flatMap(({ groups }) => groups.flatMap((group) => group.rules))
  .filter((rule) => "alert" in rule);
const names = [...new Set(alerts.map(({ alert }) => alert))].toSorted();

/** What the tests of rules look like, as far as it is read here. */
interface RuleTests {
  readonly tests: readonly {
    readonly alert_rule_test?: readonly {
      readonly alertname: string;
      readonly exp_alerts: readonly unknown[];
    }[];
    readonly promql_expr_test?: readonly {
      readonly exp_samples: readonly { readonly labels: string }[];
    }[];
  }[];
}

const testFiles = globSync("tests/*.yml", { cwd: rules }).map((file) => join(rules, file));
const scenarios = testFiles.flatMap(
  (file) => (parse(readFileSync(file, "utf8")) as RuleTests).tests,
);

describe.skipIf(!HAS_PROMTOOL)(`promtool${NEEDS_PROMTOOL}`, () => {
  test.each(globSync("*.yml", { cwd: rules }))("%s holds rules that Prometheus takes", (file) => {
    expect(complain("check", "rules", join(rules, file))).toBeUndefined();
  });

  test("every panel asks what Prometheus understands", () => {
    const records = panelExpressions(PROJECT.boards).map(({ expression }, index) => ({
      record: `panel:${index}`,
      expr: substituteVariables(expression),
    }));
    expect(records.length).toBeGreaterThan(100);
    const file = join(folder, "panels.yml");
    writeFileSync(file, stringify({ groups: [{ name: "panels", rules: records }] }));
    expect(complain("check", "rules", file)).toBeUndefined();
  });

  test("and it complains where it should", () => {
    const file = join(folder, "wrong.yml");
    writeFileSync(file, "groups: [{name: a, rules: [{record: 'a:b', expr: 'sum(up'}]}]");
    expect(complain("check", "rules", file)).toContain("unclosed left parenthesis");
  });

  test.each(testFiles.map((file) => ({ name: basename(file), file })))(
    "scenarios of $name",
    ({ file }) => {
      expect(complain("test", "rules", file)).toBeUndefined();
    },
    60_000,
  );
});

test.each(names)("%s is seen to fire and to stay silent", (name) => {
  const fires = scenarios
    .flatMap((scenario) => scenario.promql_expr_test ?? [])
    .some(({ exp_samples }) =>
      exp_samples.some(({ labels }) => labels.startsWith(`ALERTS{alertname="${name}"`)),
    );
  const isSilent = scenarios
    .flatMap((scenario) => scenario.alert_rule_test ?? [])
    .some(({ alertname, exp_alerts }) => alertname === name && exp_alerts.length === 0);
  expect({ fires, isSilent }).toEqual({ fires: true, isSilent: true });
});

test("every alert has a page that says what to do, and every page an alert", () => {
  expect(readdirSync(runbooks).toSorted()).toEqual(names.map((name) => `${name}.md`));
});

test.each(names)("the page of %s answers the four questions", (name) => {
  const page = readFileSync(join(runbooks, `${name}.md`), "utf8");
  expect(page).toMatch(new RegExp(`^# ${name}: `));
  const headings = [...page.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading);
  expect(headings).toEqual(["Look at", "Usual causes", "Mend"]);
});

test.each(alerts)("$alert ($severity) says what has happened", ({ summary, description }) => {
  expect(summary.length).toBeGreaterThan(10);
  expect(description).toMatch(/\.$/);
});
