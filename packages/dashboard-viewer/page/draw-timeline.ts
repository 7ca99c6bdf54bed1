import type { TimelineBody } from "../src/dashboard-view.ts";
import { formatTick } from "./chart-axes.ts";
import { createElement } from "./element.ts";

const TICKS = 8;
/** px of a character, roughly, and around the text. */
const CHARACTER = 8;
const MARGIN = 8;

export function drawTimeline(place: HTMLElement, { from, to, rows }: TimelineBody): void {
  const toPercent = (time: number): number =>
    Math.min(Math.max((100 * (time - from)) / (to - from), 0), 100);
  const cells = rows.flatMap(({ name, spans }) => {
    const elements = spans.map((span) => {
      const element = createElement("div", "span", span.text);
      const left = toPercent(span.from);
      element.style.left = `${left}%`;
      element.style.width = `${toPercent(span.to) - left}%`;
      element.style.background = span.color ?? "#3c404a";
      return element;
    });
    return [createElement("div", "name", name), createElement("div", "lane", ...elements)];
  });
  const increment = (to - from) / TICKS;
  const ticks = Array.from({ length: TICKS - 1 }, (_, index) => {
    const time = from + (index + 1) * increment;
    const tick = createElement("span", "", formatTick(time, increment));
    tick.style.left = `${toPercent(time)}%`;
    return tick;
  });
  const axis = createElement("div", "ticks", ...ticks);
  const timeline = createElement("div", "timeline", ...cells, createElement("div", ""), axis);
  timeline.style.gridTemplateRows = `repeat(${rows.length}, minmax(0, 1fr)) auto`;
  place.append(timeline);
  for (const span of timeline.querySelectorAll<HTMLElement>(".span")) {
    const wanted = (span.textContent ?? "").length * CHARACTER + MARGIN;
    if (wanted > span.clientWidth) span.textContent = "";
  }
}
