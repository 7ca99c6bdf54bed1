/** The little of Markdown that text panels use: headings, lists, paragraphs, bold, code, links. */
import { createElement } from "./element.ts";

const INLINE = /\*\*(.+?)\*\*|`(.+?)`|\[(.+?)\]\((.+?)\)/g;

export function drawMarkdown(place: HTMLElement, markdown: string): void {
  const blocks = markdown.split(/\n{2,}/).map((block) => block.trim());
  const elements = blocks.filter((block) => block !== "").map(createBlock);
  place.append(createElement("div", "markdown", ...elements));
}

function createBlock(block: string): HTMLElement {
  const heading = /^#{1,6}\s+(.*)$/.exec(block)?.[1];
  if (heading !== undefined) return createElement("h4", "", ...toInline(heading));
  const lines = block.split("\n");
  if (!lines.every((line) => /^[-*] /.test(line))) {
    return createElement("p", "", ...toInline(lines.join(" ")));
  }
  const items = lines.map((line) => createElement("li", "", ...toInline(line.slice(2))));
  return createElement("ul", "", ...items);
}

function toInline(text: string): (Node | string)[] {
  const parts: (Node | string)[] = [];
  let end = 0;
  for (const match of text.matchAll(INLINE)) {
    const [whole, bold, code, link] = match;
    parts.push(text.slice(end, match.index));
    if (bold !== undefined) parts.push(createElement("strong", "", bold));
    else if (code !== undefined) parts.push(createElement("code", "", code));
    else parts.push(createElement("a", "", link ?? ""));
    end = match.index + whole.length;
  }
  return [...parts, text.slice(end)];
}
