/** Tables, and what a panel's transformations make of them. */
import { z } from "zod";
import type { Transformation } from "./dashboard-schema.ts";
import type { TargetResult } from "./query-panel.ts";

export type Cell = number | string | null;

export interface Column {
  readonly name: string;
  /** Of the query; `undefined` for what several have in common. */
  readonly refId: string | undefined;
  readonly type: "number" | "string" | "time";
  readonly cells: readonly Cell[];
}

/** Columns of equal length. */
export type Frame = readonly Column[];

export const TIME = "Time";

/** One frame per query: time, labels, value. */
export function toFrames(results: readonly TargetResult[]): readonly Frame[] {
  return results
    .filter(({ series }) => series.length > 0)
    .map(({ target, series }) => {
      const { refId } = target;
      const rows = series.map(({ labels, samples }) => ({ labels, last: samples.at(-1) }));
      const names = [...new Set(rows.flatMap(({ labels }) => Object.keys(labels)))].toSorted();
      const labels = names.map((name): Column => ({
        name,
        refId: undefined,
        type: "string",
        cells: rows.map((row) => row.labels[name] ?? ""),
      }));
      const times = rows.map(({ last }) => (last?.time ?? 0) * 1_000);
      const values = rows.map(({ last }) => last?.value ?? null);
      return [
        { name: TIME, refId: undefined, type: "time", cells: times },
        ...labels,
        {
          name: results.length > 1 ? `Value #${refId}` : "Value",
          refId,
          type: "number",
          cells: values,
        },
      ];
    });
}

const organizeOptions = z.object({
  excludeByName: z.record(z.string(), z.boolean()).default({}),
  includeByName: z.record(z.string(), z.boolean()).default({}),
  renameByName: z.record(z.string(), z.string()).default({}),
  indexByName: z.record(z.string(), z.number()).default({}),
});
const joinOptions = z.object({ byField: z.string().default(TIME) });
const sortOptions = z.object({
  sort: z.array(z.object({ field: z.string(), desc: z.boolean().default(false) })).default([]),
});
const filterOptions = z.object({
  include: z
    .object({ names: z.array(z.string()).optional(), pattern: z.string().optional() })
    .default({}),
});

export interface Transformed {
  readonly frame: Frame;
  /** Transformations that are not known here. */
  readonly unknown: readonly string[];
}

export function transform(
  frames: readonly Frame[],
  transformations: readonly Transformation[],
): Transformed {
  let current = frames;
  const unknown: string[] = [];
  for (const { id, options, disabled } of transformations) {
    if (disabled === true) continue;
    switch (id) {
      case "merge":
        current = [join(current)];
        break;
      case "joinByField":
      case "seriesToColumns":
        current = [join(current, joinOptions.parse(options ?? {}).byField)];
        break;
      case "organize":
        current = current.map((frame) => organize(frame, options));
        break;
      case "sortBy":
        current = current.map((frame) => sort(frame, options));
        break;
      case "filterFieldsByName":
        current = current.map((frame) => filterColumns(frame, options));
        break;
      default:
        unknown.push(id);
    }
  }
  return { frame: join(current), unknown };
}

/** @param by The column that makes rows one; without it all that the frames have in common. */
function join(frames: readonly Frame[], by?: string): Frame {
  if (frames.length <= 1) return frames[0] ?? [];
  const keys = by === undefined ? findCommonNames(frames) : [by];
  const rows = new Map<string, Map<string, Cell>>();
  for (const frame of frames) {
    const seen = new Map<string, number>();
    for (const cells of toRows(frame)) {
      const key = JSON.stringify(keys.map((name) => cells.get(name)));
      // Rows of one frame are never one, though they look alike to the others.
      const count = seen.get(key) ?? 0;
      seen.set(key, count + 1);
      const row = rows.get(`${count} ${key}`) ?? new Map<string, Cell>();
      for (const [name, cell] of cells) row.set(name, cell);
      rows.set(`${count} ${key}`, row);
    }
  }
  const columns = new Map(frames.flat().map((column) => [column.name, column]));
  const ordered = [...columns.values()].toSorted(
    (a, b) => Number(a.refId !== undefined) - Number(b.refId !== undefined),
  );
  return ordered.map((column) => ({
    ...column,
    cells: [...rows.values()].map((row) => row.get(column.name) ?? null),
  }));
}

function findCommonNames([first = [], ...others]: readonly Frame[]): readonly string[] {
  const names = first.filter(({ refId }) => refId === undefined).map(({ name }) => name);
  return names.filter(
    (name) =>
      name !== TIME && others.every((frame) => frame.some((column) => column.name === name)),
  );
}

function toRows(frame: Frame): readonly ReadonlyMap<string, Cell>[] {
  const count = frame[0]?.cells.length ?? 0;
  return Array.from(
    { length: count },
    (_, row) => new Map(frame.map(({ name, cells }) => [name, cells[row] ?? null])),
  );
}

function organize(frame: Frame, options: unknown): Frame {
  const { excludeByName, includeByName, renameByName, indexByName } = organizeOptions.parse(
    options ?? {},
  );
  const isListed = Object.keys(includeByName).length > 0;
  return frame
    .filter(({ name }) => excludeByName[name] !== true)
    .filter(({ name }) => !isListed || includeByName[name] === true)
    .toSorted((a, b) => (indexByName[a.name] ?? 99) - (indexByName[b.name] ?? 99))
    .map((column) => {
      const renamed = renameByName[column.name] ?? "";
      return { ...column, name: renamed === "" ? column.name : renamed };
    });
}

function sort(frame: Frame, options: unknown): Frame {
  const [wanted] = sortOptions.parse(options ?? {}).sort;
  return wanted === undefined ? frame : sortRows(frame, wanted.field, wanted.desc);
}

export function sortRows(frame: Frame, name: string, isDescending: boolean): Frame {
  const cells = frame.find((column) => column.name === name)?.cells;
  if (cells === undefined) return frame;
  const order = [...cells.keys()].toSorted((a, b) => compare(cells[a] ?? null, cells[b] ?? null));
  if (isDescending) order.reverse();
  return frame.map((column) => ({
    ...column,
    cells: order.map((index) => column.cells[index] ?? null),
  }));
}

function compare(a: Cell, b: Cell): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  return String(a ?? "").localeCompare(String(b ?? ""), "en");
}

function filterColumns(frame: Frame, options: unknown): Frame {
  const { names, pattern } = filterOptions.parse(options ?? {}).include;
  const expression = pattern === undefined ? undefined : new RegExp(pattern);
  return frame.filter(
    ({ name }) => names?.includes(name) === true || expression?.test(name) === true,
  );
}
