/** A value as text and colour: unit, mappings and thresholds of its field. */
import { toCssColor } from "./colors.ts";
import type { FieldConfig, Mapping, MappingResult } from "./dashboard-schema.ts";
import { formatValue } from "./format-value.ts";
import type { NumberFormat } from "./format-value.ts";
import { parsePattern } from "./slashed-pattern.ts";

export interface DisplayValue {
  readonly text: string;
  /** `undefined` where the field has no opinion. */
  readonly color: string | undefined;
}

export interface ThresholdStep {
  /** `-Infinity` for the first. */
  readonly value: number;
  readonly color: string;
}

export function toNumberFormat({ unit, decimals }: FieldConfig): NumberFormat {
  return { unit: unit ?? "", decimals: decimals ?? undefined };
}

/** @param value `null` where there was none. */
export function displayValue(value: number | string | null, config: FieldConfig): DisplayValue {
  const mapped = findMapping(value, config.mappings ?? []);
  const color = mapped?.color === undefined ? undefined : toCssColor(mapped.color);
  const text = mapped?.text ?? toText(value, config);
  return { text, color: color ?? thresholdColor(value, config) };
}

function toText(value: number | string | null, config: FieldConfig): string {
  if (value === null) return config.noValue ?? "–";
  return typeof value === "string" ? value : formatValue(value, toNumberFormat(config));
}

/** In the field's own unit, also where the dashboard gives shares. */
export function toThresholdSteps(config: FieldConfig): readonly ThresholdStep[] {
  const { mode, steps = [] } = config.thresholds ?? {};
  const minimum = config.min ?? 0;
  const range = (config.max ?? 100) - minimum;
  return steps.map(({ value, color }) => {
    if (value === null) return { value: -Infinity, color: toCssColor(color) };
    const inUnit = mode === "percentage" ? minimum + (value / 100) * range : value;
    return { value: inUnit, color: toCssColor(color) };
  });
}

function thresholdColor(value: number | string | null, config: FieldConfig): string | undefined {
  if (typeof value !== "number" || Number.isNaN(value)) return undefined;
  return toThresholdSteps(config).findLast((step) => value >= step.value)?.color;
}

function findMapping(
  value: number | string | null,
  mappings: readonly Mapping[],
): MappingResult | undefined {
  for (const mapping of mappings) {
    const result = applyMapping(value, mapping);
    if (result !== undefined) return result;
  }
  return undefined;
}

function applyMapping(value: number | string | null, mapping: Mapping): MappingResult | undefined {
  if (mapping.type === "value") return value === null ? undefined : mapping.options[String(value)];
  return isMapped(value, mapping) ? mapping.options.result : undefined;
}

function isMapped(
  value: number | string | null,
  mapping: Exclude<Mapping, { type: "value" }>,
): boolean {
  switch (mapping.type) {
    case "range": {
      const { from, to } = mapping.options;
      return typeof value === "number" && value >= (from ?? -Infinity) && value <= (to ?? Infinity);
    }
    case "regex":
      return typeof value === "string" && parsePattern(mapping.options.pattern).test(value);
    case "special":
      return isSpecial(value, mapping.options.match);
  }
}

function isSpecial(value: number | string | null, match: string): boolean {
  const isNaNumber = typeof value === "number" && Number.isNaN(value);
  switch (match) {
    case "null":
      return value === null;
    case "nan":
      return isNaNumber;
    case "null+nan":
      return value === null || isNaNumber;
    case "empty":
      return value === "";
    default:
      return false;
  }
}
