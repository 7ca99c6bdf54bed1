/** One number for many, as legends and single values show them. */

type Reducer = (numbers: readonly number[]) => number;

const REDUCERS: Readonly<Record<string, { readonly title: string; readonly reduce: Reducer }>> = {
  lastNotNull: { title: "Last", reduce: (numbers) => numbers.at(-1) ?? NaN },
  last: { title: "Last", reduce: (numbers) => numbers.at(-1) ?? NaN },
  firstNotNull: { title: "First", reduce: ([first = NaN]) => first },
  first: { title: "First", reduce: ([first = NaN]) => first },
  mean: { title: "Mean", reduce: (numbers) => sum(numbers) / numbers.length },
  sum: { title: "Total", reduce: sum },
  max: { title: "Max", reduce: (numbers) => Math.max(...numbers) },
  min: { title: "Min", reduce: (numbers) => Math.min(...numbers) },
  count: { title: "Count", reduce: (numbers) => numbers.length },
  range: { title: "Range", reduce: (numbers) => Math.max(...numbers) - Math.min(...numbers) },
  diff: { title: "Difference", reduce: (numbers) => (numbers.at(-1) ?? NaN) - (numbers[0] ?? NaN) },
};

/** @returns `null` where there is nothing to reduce, or the calculation is not known. */
export function reduceValues(
  calculation: string,
  values: readonly (number | null)[],
): number | null {
  const numbers = values.filter((value): value is number => Number.isFinite(value));
  const reducer = REDUCERS[calculation];
  return numbers.length === 0 || reducer === undefined ? null : reducer.reduce(numbers);
}

export function reducerTitle(calculation: string): string {
  return REDUCERS[calculation]?.title ?? calculation;
}

/** The calculation with this title; Grafana writes `Last *` for the last that is not null. */
export function findReducer(title: string): string | undefined {
  const plain = title.replace(/ \*$/, "");
  return Object.keys(REDUCERS).find((name) => REDUCERS[name]?.title === plain);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
