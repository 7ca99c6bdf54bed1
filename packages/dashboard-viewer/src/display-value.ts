/** A value as text and colour: unit, mappings and thresholds of its field. */
import { toCssColor } from "./colors.ts";
import type { FieldConfig, Mapping, MappingResult } from "./dashboard-schema.ts";
import { formatValue } from "./format-value.ts";
import type { NumberFormat } from "./format-value.ts";

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
  switch (mapping.type) {
    case "value":
      return value === null ? undefined : mapping.options[String(value)];
    case "range": {
      const { from, to, result } = mapping.options;
      const isInside =
        typeof value === "number" && value >= (from ?? -Infinity) && value <= (to ?? Infinity);
      return isInside ? result : undefined;
    }
    case "regex": {
      const pattern = /^\/(.*)\/\w*$/s.exec(mapping.options.pattern)?.[1];
      const expression = new RegExp(pattern ?? mapping.options.pattern);
      return typeof value === "string" && expression.test(value)
        ? mapping.options.result
        : undefined;
    }
    case "special":
      return isSpecial(value, mapping.options.match) ? mapping.options.result : undefined;
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
