/** What the page in the browser may load: its own files, and uPlot. */
import { readFile } from "node:fs/promises";
import { createRequire, stripTypeScriptTypes } from "node:module";
import { dirname, extname, join, normalize } from "node:path";

const root = join(import.meta.dirname, "..");
const uplot = join(dirname(createRequire(import.meta.url).resolve("uplot")));

const UPLOT_FILES: Readonly<Record<string, string>> = {
  "/uplot.js": join(uplot, "uPlot.esm.js"),
  "/uplot.css": join(uplot, "uPlot.min.css"),
};
const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".css": "text/css",
  ".ts": "text/javascript",
  ".js": "text/javascript",
};

export interface PageFile {
  readonly contentType: string;
  readonly body: string;
}

/** @param path Of a URL. @returns `undefined` for what is none of the page's. */
export async function readPageFile(path: string): Promise<PageFile | undefined> {
  const contentType = TYPES[extname(path)];
  if (contentType === undefined || normalize(path) !== path) return undefined;
  const text = await readFile(UPLOT_FILES[path] ?? join(root, path), "utf8");
  // The same that Node does with every file of ours.
  return { contentType, body: path.endsWith(".ts") ? stripTypeScriptTypes(text) : text };
}
