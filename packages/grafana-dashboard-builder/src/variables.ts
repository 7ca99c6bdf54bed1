/** Template variables: what a reader can choose at the top of a board. */
import {
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  VariableRefresh,
  VariableSort,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { toMatchersText } from "./matchers.ts";
import type { Where } from "./matchers.ts";
import type { MetricRow, TargetLabel } from "./metric-row.ts";
import { DATASOURCE } from "./render-panel.ts";

export interface VariableDefinition {
  readonly name: string;
  readonly label: string;
  /** `label_values(…)` of Grafana's Prometheus data source. */
  readonly query: string;
  /** What stands for "all", as a regular expression; if absent, the values that are there. */
  readonly all: string | undefined;
}

interface VariableFacts<Label extends string> {
  readonly name: string;
  readonly label: string;
  readonly of: MetricRow<Label>;
  readonly values: NoInfer<Label> | TargetLabel;
  readonly where?: Where<NoInfer<Label>>;
  readonly all?: string;
}

/** The values that a label of a metric has. */
export function valuesOf<Label extends string>(facts: VariableFacts<Label>): VariableDefinition {
  const { name, label, of, values, where = {}, all } = facts;
  const series = of.type === "histogram" ? `${of.name}_count` : of.name;
  return { name, label, query: `label_values(${series}${toMatchersText(where)}, ${values})`, all };
}

export function datasourceVariable(): DatasourceVariableBuilder {
  return new DatasourceVariableBuilder("datasource").label("Data source").type("prometheus");
}

/** Several values at once, all of them at first, read again whenever the time range changes. */
export function toVariable({ name, label, query, all }: VariableDefinition): QueryVariableBuilder {
  const builder = new QueryVariableBuilder(name)
    .label(label)
    .datasource(DATASOURCE)
    .query(query)
    .definition(query)
    .refresh(VariableRefresh.OnTimeRangeChanged);
  builder.sort(VariableSort.AlphabeticalAsc);
  builder.multi(true).includeAll(true).current({ text: "All", value: "$__all", selected: true });
  return all === undefined ? builder : builder.allValue(all);
}
