/** Colours by the names that dashboards use. Also runs in the page. */

interface Hue {
  readonly hue: number;
  readonly saturation: number;
  readonly lightness: number;
}

const HUES: Readonly<Record<string, Hue>> = {
  green: { hue: 113, saturation: 40, lightness: 56 },
  yellow: { hue: 48, saturation: 90, lightness: 55 },
  orange: { hue: 28, saturation: 95, lightness: 56 },
  red: { hue: 354, saturation: 82, lightness: 61 },
  blue: { hue: 217, saturation: 82, lightness: 64 },
  purple: { hue: 278, saturation: 48, lightness: 64 },
};

const SHADES: Readonly<Record<string, number>> = {
  "super-light": 18,
  light: 10,
  "": 0,
  "semi-dark": -9,
  dark: -17,
};

const FIXED: Readonly<Record<string, string>> = {
  text: "#d5d8df",
  transparent: "transparent",
  white: "#ffffff",
  black: "#000000",
  gray: "#8e95a3",
  grey: "#8e95a3",
};

/** One for each line of a chart, in this order; then from the start. */
const PALETTE: readonly string[] = [
  "green",
  "yellow",
  "blue",
  "orange",
  "red",
  "purple",
  "light-blue",
  "dark-green",
  "super-light-yellow",
  "semi-dark-purple",
  "super-light-red",
  "dark-blue",
];

/** @param name A name such as `semi-dark-red`, or a colour of CSS. */
export function toCssColor(name: string): string {
  const fixed = FIXED[name];
  if (fixed !== undefined) return fixed;
  const parts = /^(?:(super-light|light|semi-dark|dark)-)?([a-z]+)$/.exec(name);
  const hue = HUES[parts?.[2] ?? ""];
  if (hue === undefined) return name;
  const lightness = hue.lightness + (SHADES[parts?.[1] ?? ""] ?? 0);
  return `hsl(${hue.hue} ${hue.saturation}% ${lightness}%)`;
}

export function paletteColor(index: number): string {
  return toCssColor(PALETTE[index % PALETTE.length] ?? "green");
}

type Rgb = readonly [red: number, green: number, blue: number];

/** From little to much: on a dark ground what is bright is seen first. */
const RAMP: readonly Rgb[] = [
  [38, 32, 84],
  [92, 42, 132],
  [160, 52, 134],
  [221, 81, 96],
  [248, 142, 64],
  [252, 214, 110],
  [253, 246, 190],
];

/** @param share 0 to 1. */
export function heatColor(share: number): string {
  const position = Math.min(Math.max(share, 0), 1) * (RAMP.length - 1);
  const index = Math.min(Math.floor(position), RAMP.length - 2);
  const [from, to] = RAMP.slice(index, index + 2);
  const part = position - index;
  const mixed = (from ?? [0, 0, 0]).map((value, channel) =>
    Math.round(value + part * ((to?.[channel] ?? value) - value)),
  );
  return `rgb(${mixed.join(" ")})`;
}
