import { expect, test } from "vitest";
import { parseDashboard } from "./dashboard-schema.ts";
import { PrometheusClient } from "./prometheus-client.ts";
import { interpolate, resolveVariables } from "./template-variables.ts";
import type { Values } from "./template-variables.ts";

class KnownLabels extends PrometheusClient {
  readonly asked: string[] = [];

  override labelValues(label: string, selector = ""): Promise<readonly string[]> {
    this.asked.push(`${label} of ${selector}`);
    return Promise.resolve(label === "job" ? ["slipstream"] : ["llama-3.3", "qwen3"]);
  }
}

async function resolve(
  list: readonly object[],
): Promise<{ readonly values: Values; readonly asked: readonly string[] }> {
  const client = new KnownLabels("http://127.0.0.1:1");
  const dashboard = parseDashboard({ title: "test", templating: { list } });
  const values = await resolveVariables(dashboard, client, { start: 0, end: 1 });
  return { values, asked: client.asked };
}

test("a variable may refer to one before it", async () => {
  const { asked } = await resolve([
    { name: "datasource", type: "datasource", query: "prometheus" },
    { name: "job", type: "query", query: "label_values(up, job)" },
    { name: "model", type: "query", query: { query: 'label_values(up{job=~"$job"}, model)' } },
  ]);
  expect(asked).toEqual(["job of up", 'model of up{job=~"slipstream"}']);
});

test("one value, several and all", async () => {
  const model = { name: "model", type: "query", query: "label_values(model)" };
  const ask = async (more: object): Promise<string> =>
    interpolate(
      "$model ${model} [[model]] ${model:pipe}",
      (await resolve([{ ...model, ...more }])).values,
    );
  expect(await ask({})).toBe("llama-3.3 llama-3.3 llama-3.3 llama-3.3");
  const both = String.raw`(llama-3\\.3|qwen3)`;
  expect(await ask({ multi: true, current: { value: ["llama-3.3", "qwen3"] } })).toBe(
    `${both} ${both} ${both} llama-3.3|qwen3`,
  );
  const all = { multi: true, includeAll: true, allValue: ".+", current: { value: "$__all" } };
  expect(await ask(all)).toBe(".+ .+ .+ .+");
});

test("a saved value that does not exist here gives way to one that does", async () => {
  const model = { name: "model", type: "query", query: "label_values(model)" };
  const { values } = await resolve([{ ...model, current: { value: "gone" } }]);
  expect(interpolate("$model", values)).toBe("llama-3.3");
});

test("what is no variable stays", async () => {
  const { values } = await resolve([{ name: "slo", type: "custom", query: "1, 2.5" }]);
  expect(interpolate('$slo label_replace(a, "b", "$1", "c", "(.*)")', values)).toBe(
    '1 label_replace(a, "b", "$1", "c", "(.*)")',
  );
});
