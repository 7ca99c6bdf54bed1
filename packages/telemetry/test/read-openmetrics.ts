/**
 * Reads an OpenMetrics 1.0 exposition and throws at whatever the format does not allow, as far as
 * our metric types go: line grammar, one block per family, sample names, no sample twice, and
 * buckets that ascend, accumulate and end in +Inf.
 */

export interface ReadSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  /** Of a bucket. */
  readonly exemplar?: ReadExemplar | undefined;
}

interface ReadExemplar {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  /** Since 1970. */
  readonly atSeconds: number;
}

export interface Family {
  readonly name: string;
  /** "" until its line has been read. */
  type: string;
  readonly help: string;
  readonly samples: ReadSample[];
}

const SUFFIXES: Readonly<Record<string, readonly string[]>> = {
  counter: ["_total"],
  gauge: [""],
  histogram: ["_bucket", "_sum", "_count"],
};
const HELP = /^# HELP ([a-zA-Z_:][\w:]*) ((?:[^"\\]|\\["\\n])+)$/;
const TYPE = /^# TYPE (\S+) (\S+)$/;
const SAMPLE =
  /^([a-zA-Z_:][\w:]*)(?:\{((?:[^"}]|"(?:[^"\\]|\\.)*")*)\})? (\S+)(?: # \{([^}]*)\} (\S+) (\S+))?$/;
/** Of the names and values of an exemplar's labels, characters. */
const EXEMPLAR_MAX = 128;
const LABEL = /([a-zA-Z_]\w*)="((?:[^"\\]|\\["\\n])*)"(,|$)/y;
const NUMBER = /^(?:[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?|[+-]Inf|NaN)$/i;
const FLOAT_BOUND = /^(?:\d+\.\d+|\d+(?:\.\d+)?e[+-]\d+|\+Inf)$/;

export function readOpenMetrics(text: string): Map<string, Family> {
  const lines = text.split("\n");
  if (lines.pop() !== "" || lines.pop() !== "# EOF") throw new Error("does not end in # EOF");
  const families = new Map<string, Family>();
  let family: Family | undefined;
  for (const line of lines) {
    if (line.startsWith("# HELP")) {
      family = readHelp(line);
      if (families.has(family.name)) throw new Error(`second block of ${family.name}`);
      families.set(family.name, family);
    } else if (family === undefined) {
      throw new Error(`outside of a family: ${line}`);
    } else if (family.type === "") {
      family.type = readType(line, family.name);
    } else {
      family.samples.push(readSample(line, family));
    }
  }
  for (const one of families.values()) checkFamily(one);
  return families;
}

/** Ours comes first, although the format leaves the order open. */
function readHelp(line: string): Family {
  const [, name, help] = HELP.exec(line) ?? [];
  if (name === undefined || help === undefined) throw new Error(`not a HELP line: ${line}`);
  return { name, type: "", help, samples: [] };
}

function readType(line: string, family: string): string {
  const [, name, type = ""] = TYPE.exec(line) ?? [];
  if (name !== family || !(type in SUFFIXES)) throw new Error(`not the TYPE of ${family}: ${line}`);
  return type;
}

function readSample(line: string, family: Family): ReadSample {
  const [, name = "", labelText = "", value = "", ...exemplar] = SAMPLE.exec(line) ?? [];
  const suffix = name.slice(family.name.length);
  if (!name.startsWith(family.name) || !SUFFIXES[family.type]?.includes(suffix)) {
    throw new Error(`not a sample of ${family.type} ${family.name}: ${line}`);
  }
  if (!NUMBER.test(value)) throw new Error(`not a number: ${line}`);
  const sample = { name, labels: readLabels(labelText), value: Number(value) };
  if (exemplar[0] === undefined) return sample;
  if (suffix !== "_bucket") throw new Error(`an exemplar outside of a bucket: ${line}`);
  return { ...sample, exemplar: readExemplar(exemplar, sample.labels["le"] ?? "") };
}

function readExemplar(
  [labelText = "", value = "", atSeconds = ""]: readonly (string | undefined)[],
  bound: string,
): ReadExemplar {
  const labels = readLabels(labelText);
  if (!NUMBER.test(value) || !NUMBER.test(atSeconds)) throw new Error(`exemplar: ${value}`);
  if (Object.entries(labels).flat().join("").length > EXEMPLAR_MAX) {
    throw new Error(`an exemplar with long labels: ${labelText}`);
  }
  if (Number(value) > toBound(bound)) throw new Error(`${value} is not in the bucket ${bound}`);
  return { labels, value: Number(value), atSeconds: Number(atSeconds) };
}

function toBound(text: string): number {
  return Number(text.replace("+Inf", "Infinity"));
}

function readLabels(text: string): Record<string, string> {
  const labels: Record<string, string> = {};
  LABEL.lastIndex = 0;
  let end = 0;
  while (end < text.length) {
    const match = LABEL.exec(text);
    if (match === null) throw new Error(`not a label at ${end}: ${text}`);
    const [, name = "", value = ""] = match;
    if (name in labels) throw new Error(`label twice: ${text}`);
    labels[name] = value.replaceAll(/\\(["\\n])/g, (_, char) => (char === "n" ? "\n" : char));
    end = LABEL.lastIndex;
  }
  return labels;
}

function checkFamily({ name, type, samples }: Family): void {
  if (type === "") throw new Error(`${name} has no type`);
  const seen = new Set(samples.map((sample) => `${sample.name} ${toKey(sample.labels)}`));
  if (seen.size < samples.length) throw new Error(`${name} shows a sample twice`);
  if (type === "counter" && samples.some(({ value }) => !(value >= 0))) {
    throw new Error(`${name} is negative`);
  }
  if (type === "histogram") checkHistogram(name, samples);
}

function checkHistogram(name: string, samples: readonly ReadSample[]): void {
  const groups = Map.groupBy(samples, ({ labels }) => toKey({ ...labels, le: "" }));
  for (const group of groups.values()) {
    const buckets = group.filter((sample) => sample.name === `${name}_bucket`);
    let below = { bound: -Infinity, count: 0 };
    for (const { labels, value } of buckets) {
      if (!FLOAT_BOUND.test(labels["le"] ?? "")) throw new Error(`${name}: le ${labels["le"]}`);
      const bound = toBound(labels["le"] ?? "");
      if (bound <= below.bound || value < below.count) throw new Error(`${name}: order of buckets`);
      below = { bound, count: value };
    }
    const count = group.find((sample) => sample.name === `${name}_count`)?.value;
    if (below.bound !== Infinity || below.count !== count) throw new Error(`${name}: +Inf bucket`);
    if (!group.some((sample) => sample.name === `${name}_sum`)) throw new Error(`${name}: no sum`);
  }
}

function toKey(labels: Readonly<Record<string, string>>): string {
  return JSON.stringify(Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
