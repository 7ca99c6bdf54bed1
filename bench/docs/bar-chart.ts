/**
 * Bars as SVG, readable on light and dark pages: it brings its own background, and has a title and a
 * description for those who do not see it. Every bar has its number in words beside it.
 */

export type BarTone = "ours" | "other" | "reference";

export interface Bar {
  readonly label: string;
  /** What is written behind it. */
  readonly text: string;
  /** 0 to 1: from where to where it goes, of the width that there is. */
  readonly from: number;
  readonly to: number;
  readonly tone: BarTone;
}

interface Mark {
  /** 0 to 1. */
  readonly at: number;
  readonly text: string;
}

export interface BarChart {
  readonly title: string;
  readonly description: string;
  readonly bars: readonly Bar[];
  readonly marks?: readonly Mark[];
  /** Under the bars: what must not be overlooked. */
  readonly notes: readonly string[];
}

const WIDTH = 800;
const MARGIN = 20;
/** Of 12 px text, px; a little more than most fonts need. */
const LETTER = 7;
const ROW = 28;
const BAR = 16;
const HEAD = 52;
const LINE = 18;
/** For the number behind the longest bar. */
const TEXT_WIDTH = 150;

const STYLE = `
  .page { fill: #ffffff; } text { fill: #1f2328; font: 12px ui-sans-serif, system-ui, sans-serif; }
  .title { font-size: 15px; font-weight: 600; } .note { fill: #59636e; } .mark { stroke: #59636e; }
  .ours { fill: #0a7d5a; } .other { fill: #5b6b82; } .reference { fill: #b35900; }
  @media (prefers-color-scheme: dark) {
    .page { fill: #0d1117; } text { fill: #f0f6fc; } .note { fill: #9198a1; } .mark { stroke: #9198a1; }
    .ours { fill: #3fb98c; } .other { fill: #8b9bb4; } .reference { fill: #f0883e; }
  }`;

/** @returns a whole file. */
export function renderBarChart({ title, description, bars, marks = [], notes }: BarChart): string {
  const labelWidth = Math.max(...bars.map(({ label }) => label.length), 0) * LETTER;
  const left = MARGIN + labelWidth + 10;
  const span = WIDTH - left - TEXT_WIDTH - MARGIN;
  const bottom = HEAD + bars.length * ROW + (marks.length > 0 ? LINE : 0);
  const height = bottom + notes.length * LINE + MARGIN;
  const toX = (share: number): number => left + share * span;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-labelledby="title description">`,
    `<title id="title">${escape(title)}</title>`,
    `<desc id="description">${escape(description)}</desc>`,
    `<style>${STYLE}\n</style>`,
    `<rect class="page" width="${WIDTH}" height="${height}" rx="6"/>`,
    renderText({ x: MARGIN, y: 30, text: title, className: "title" }),
    ...marks.flatMap((mark) => renderMark(mark, toX(mark.at), bars.length)),
    ...bars.flatMap((bar, index) => renderBar(bar, HEAD + index * ROW, { left, toX })),
    ...notes.map((text, index) =>
      renderText({ x: MARGIN, y: bottom + (index + 1) * LINE, text, className: "note" }),
    ),
    "</svg>\n",
  ].join("\n");
}

function renderBar(
  { label, text, from, to, tone }: Bar,
  y: number,
  { left, toX }: { readonly left: number; readonly toX: (share: number) => number },
): string[] {
  const [start, end] = [toX(Math.min(from, to)), toX(Math.max(from, to))];
  // One of nothing is still a bar.
  const width = Math.max(2, end - start);
  const baseline = y + 13;
  return [
    renderText({ x: left - 10, y: baseline, text: label, anchor: "end" }),
    `<rect class="${tone}" x="${start.toFixed(1)}" y="${y}" width="${width.toFixed(1)}" height="${BAR}" rx="2"/>`,
    renderText({ x: start + width + 8, y: baseline, text }),
  ];
}

function renderMark({ text }: Mark, x: number, rows: number): string[] {
  const end = HEAD + rows * ROW;
  return [
    `<line class="mark" x1="${x.toFixed(1)}" y1="${HEAD - 6}" x2="${x.toFixed(1)}" y2="${end - 4}" stroke-dasharray="4 3"/>`,
    renderText({ x, y: end + 10, text, anchor: "middle", className: "note" }),
  ];
}

interface TextPlace {
  readonly x: number;
  readonly y: number;
  readonly text: string;
  readonly anchor?: "end" | "middle";
  readonly className?: string;
}

function renderText({ x, y, text, anchor, className }: TextPlace): string {
  const attributes = [
    ...(className === undefined ? [] : [` class="${className}"`]),
    ...(anchor === undefined ? [] : [` text-anchor="${anchor}"`]),
  ].join("");
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}"${attributes}>${escape(text)}</text>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
};

function escape(text: string): string {
  return text.replaceAll(/[&<>"]/g, (character) => ENTITIES[character] ?? character);
}
