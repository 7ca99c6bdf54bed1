/** Dashboards of a folder, and their panels in the order in which one reads them. */
import { readFile, readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { parseDashboard } from "./dashboard-schema.ts";
import type { Dashboard, Panel } from "./dashboard-schema.ts";

export interface DashboardFile {
  /** Without folder and ending. */
  readonly name: string;
  readonly dashboard: Dashboard;
}

/** @throws Error that names the file which is no dashboard, or the folder without any. */
export async function readDashboards(folder: string): Promise<readonly DashboardFile[]> {
  const files = (await listFolder(folder)).filter((file) => file.endsWith(".json")).toSorted();
  if (files.length === 0) throw new Error(`no .json file in ${folder}`);
  return Promise.all(files.map((file) => readDashboard(join(folder, file))));
}

async function listFolder(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    throw new Error(`cannot read the folder ${folder}`, { cause: error });
  }
}

async function readDashboard(path: string): Promise<DashboardFile> {
  try {
    const dashboard = parseDashboard(JSON.parse(await readFile(path, "utf8")));
    return { name: basename(path, ".json"), dashboard };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${path}: ${reason}`, { cause: error });
  }
}

export interface Section {
  /** Title of the row; `undefined` above the first row. */
  readonly title: string | undefined;
  readonly panels: readonly Panel[];
}

/** Rows that are folded in Grafana are open here: a picture cannot be clicked. */
export function toSections(dashboard: Dashboard): readonly Section[] {
  const sections: { title: string | undefined; panels: Panel[] }[] = [];
  for (const { panels: folded, ...panel } of dashboard.panels) {
    if (panel.type === "row") sections.push({ title: panel.title, panels: [...(folded ?? [])] });
    else {
      if (sections.length === 0) sections.push({ title: undefined, panels: [] });
      sections.at(-1)?.panels.push(panel);
    }
  }
  return sections;
}
