/**
 * Classic Grafana dashboards, as far as the viewer reads them. What it does not know it leaves alone:
 * a dashboard may say more than a picture can show.
 */
import { z } from "zod";

const color = z.object({
  mode: z.string().optional(),
  fixedColor: z.string().optional(),
});

const threshold = z.object({ value: z.number().nullable(), color: z.string() });

const mappingResult = z.object({ text: z.string().optional(), color: z.string().optional() });
const mapping = z.discriminatedUnion("type", [
  z.object({ type: z.literal("value"), options: z.record(z.string(), mappingResult) }),
  z.object({
    type: z.literal("range"),
    options: z.object({
      from: z.number().nullish(),
      to: z.number().nullish(),
      result: mappingResult,
    }),
  }),
  z.object({
    type: z.literal("special"),
    options: z.object({ match: z.string(), result: mappingResult }),
  }),
  z.object({
    type: z.literal("regex"),
    options: z.object({ pattern: z.string(), result: mappingResult }),
  }),
]);

const custom = z.object({
  drawStyle: z.enum(["line", "bars", "points"]).optional(),
  fillOpacity: z.number().optional(),
  lineWidth: z.number().optional(),
  lineStyle: z.object({ fill: z.string().optional() }).optional(),
  stacking: z.object({ mode: z.string().optional() }).optional(),
  scaleDistribution: z.object({ type: z.string().optional() }).optional(),
  thresholdsStyle: z.object({ mode: z.string().optional() }).optional(),
  axisPlacement: z.string().optional(),
  axisLabel: z.string().optional(),
  hideFrom: z.object({ viz: z.boolean().optional(), legend: z.boolean().optional() }).optional(),
  cellOptions: z.object({ type: z.string().optional() }).optional(),
  align: z.string().optional(),
  width: z.number().optional(),
});

const fieldConfig = z.object({
  displayName: z.string().optional(),
  unit: z.string().optional(),
  decimals: z.number().nullish(),
  min: z.number().nullish(),
  max: z.number().nullish(),
  noValue: z.string().optional(),
  color: color.optional(),
  thresholds: z
    .object({ mode: z.string().optional(), steps: z.array(threshold).default([]) })
    .optional(),
  mappings: z.array(mapping).optional(),
  custom: custom.optional(),
});

const override = z.object({
  matcher: z.object({ id: z.string(), options: z.unknown().optional() }),
  properties: z.array(z.object({ id: z.string(), value: z.unknown().optional() })).default([]),
});

const target = z.object({
  refId: z.string().default("A"),
  expr: z.string().default(""),
  legendFormat: z.string().optional(),
  instant: z.boolean().optional(),
  range: z.boolean().optional(),
  exemplar: z.boolean().optional(),
  hide: z.boolean().optional(),
  interval: z.string().optional(),
  format: z.string().optional(),
});

const transformation = z.object({
  id: z.string(),
  disabled: z.boolean().optional(),
  options: z.unknown().optional(),
});

const legend = z.object({
  showLegend: z.boolean().optional(),
  displayMode: z.string().optional(),
  placement: z.string().optional(),
  calcs: z.array(z.string()).optional(),
  sortBy: z.string().optional(),
  sortDesc: z.boolean().optional(),
});

const panelOptions = z.object({
  legend: legend.optional(),
  reduceOptions: z.object({ calcs: z.array(z.string()).optional() }).optional(),
  graphMode: z.string().optional(),
  colorMode: z.string().optional(),
  textMode: z.string().optional(),
  orientation: z.string().optional(),
  displayMode: z.string().optional(),
  content: z.string().optional(),
  mode: z.string().optional(),
  yAxis: z.object({ unit: z.string().optional(), decimals: z.number().nullish() }).optional(),
  sortBy: z
    .array(z.object({ displayName: z.string().optional(), desc: z.boolean().optional() }))
    .optional(),
});

const basePanel = z.object({
  id: z.number().default(0),
  type: z.string(),
  title: z.string().default(""),
  description: z.string().optional(),
  gridPos: z.object({ x: z.number(), y: z.number(), w: z.number(), h: z.number() }),
  interval: z.string().nullish(),
  maxDataPoints: z.number().nullish(),
  repeat: z.string().optional(),
  targets: z.array(target).default([]),
  transformations: z.array(transformation).default([]),
  fieldConfig: z
    .object({ defaults: fieldConfig.default({}), overrides: z.array(override).default([]) })
    .default({ defaults: {}, overrides: [] }),
  options: panelOptions.default({}),
});

const variableValue = z.union([z.string(), z.array(z.string())]);
const variable = z.object({
  name: z.string(),
  type: z.string(),
  query: z.union([z.string(), z.object({ query: z.string().optional() })]).optional(),
  regex: z.string().optional(),
  multi: z.boolean().optional(),
  includeAll: z.boolean().optional(),
  allValue: z.string().nullish(),
  current: z.object({ value: variableValue.optional() }).nullish(),
  options: z.array(z.object({ value: variableValue.optional() })).optional(),
});

const dashboard = z.object({
  uid: z.string().nullish(),
  title: z.string(),
  description: z.string().optional(),
  time: z.object({ from: z.string(), to: z.string() }).optional(),
  templating: z.object({ list: z.array(variable).default([]) }).default({ list: [] }),
  panels: z.array(basePanel.extend({ panels: z.array(basePanel).optional() })).default([]),
});

export type Dashboard = z.infer<typeof dashboard>;
export type Panel = z.infer<typeof basePanel>;
export type Target = z.infer<typeof target>;
export type Variable = z.infer<typeof variable>;
export type FieldConfig = z.infer<typeof fieldConfig>;
export type Override = z.infer<typeof override>;
export type Mapping = z.infer<typeof mapping>;
export type MappingResult = z.infer<typeof mappingResult>;
export type Transformation = z.infer<typeof transformation>;
export type PanelOptions = z.infer<typeof panelOptions>;

/** @throws Error that names the place in the file. */
export function parseDashboard(json: unknown): Dashboard {
  const result = dashboard.safeParse(json);
  if (result.success) return result.data;
  const problems = result.error.issues.map(
    ({ path, message }) => `${path.map(String).join(".")}: ${message}`,
  );
  throw new Error(`not a classic dashboard: ${problems.slice(0, 3).join("; ")}`);
}

/** For an override's property, whose value may be anything. */
export function parseFieldConfig(json: unknown): FieldConfig | undefined {
  return fieldConfig.safeParse(json).data;
}
