/**
 * A board as data, and the classic dashboard JSON that Grafana's file provisioning takes: version 13
 * still refuses the v2 schema there (https://github.com/grafana/grafana/issues/127928).
 */
import type { Builder } from "@grafana/grafana-foundation-sdk/cog";
import {
  AnnotationQueryBuilder,
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  RowBuilder,
} from "@grafana/grafana-foundation-sdk/dashboard";
import type { Dashboard, DashboardLink, Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import type { LintExclusions } from "./lint-rules.ts";
import type { PanelDefinition } from "./panel.ts";
import { DATASOURCE, renderPanel } from "./render-panel.ts";
import { datasourceVariable, toVariable } from "./variables.ts";
import type { VariableDefinition } from "./variables.ts";

export interface BoardRow {
  readonly title: string;
  readonly panels: readonly PanelDefinition[];
}

/** Marks on the time axis, one per sample of a series that says what happened then. */
export interface AnnotationDefinition {
  readonly name: string;
  readonly expression: string;
  readonly title: string;
  readonly text: string;
}

export interface BoardDefinition {
  /** Part of the address of the board: links to it break when it changes. */
  readonly uid: string;
  readonly title: string;
  /** The question that it answers. */
  readonly description: string;
  readonly tags: readonly string[];
  readonly variables: readonly VariableDefinition[];
  readonly annotations?: readonly AnnotationDefinition[];
  readonly rows: readonly BoardRow[];
  /** How far it looks back at first, such as `now-1h`. */
  readonly from?: string;
  /** How often it asks again. */
  readonly refresh?: string;
  readonly exclude?: LintExclusions;
}

const COLUMNS = 24;

export function renderBoard(board: BoardDefinition): Dashboard {
  const { uid, title, description, tags, from = "now-1h", refresh = "30s" } = board;
  const builder = new DashboardBuilder(title)
    .uid(uid)
    .description(description)
    .tags([...tags])
    .readonly()
    .timezone("browser")
    .tooltip(DashboardCursorSync.Crosshair)
    .time({ from, to: "now" })
    .refresh(refresh)
    .link(toOtherBoards(tags))
    .withVariable(datasourceVariable())
    .annotations((board.annotations ?? []).map(toAnnotation));
  for (const variable of board.variables) builder.withVariable(toVariable(variable));
  addRows(builder, board);
  return builder.build();
}

/** Keeps the time range and the variables: the next board goes on where this one left off. */
function toOtherBoards(tags: readonly string[]): Builder<DashboardLink> {
  const link = new DashboardLinkBuilder("Boards")
    .type(DashboardLinkType.Dashboards)
    .tags([...tags])
    .asDropdown(true)
    .keepTime(true)
    .includeVars(true)
    .build();
  // The SDK's default is a menu in which nobody looks; without a place it is at the top.
  delete link.placement;
  return { build: () => link };
}

function toAnnotation({
  name,
  expression,
  title,
  text,
}: AnnotationDefinition): AnnotationQueryBuilder {
  return new AnnotationQueryBuilder()
    .name(name)
    .datasource(DATASOURCE)
    .enable(true)
    .iconColor("blue")
    .expr(expression)
    .titleFormat(title)
    .textFormat(text);
}

function addRows(builder: DashboardBuilder, { rows }: BoardDefinition): void {
  const ids = new StableIds();
  let y = 0;
  for (const { title, panels } of rows) {
    const row = new RowBuilder(title).id(ids.of(`row ${title}`)).collapsed(false);
    builder.withRow(row.gridPos({ x: 0, y, w: COLUMNS, h: 1 }));
    const placed = placePanels(panels, y + 1);
    for (const { panel, x, top } of placed) {
      const place = { x, y: top, w: panel.width, h: panel.height };
      const rendered = renderPanel(panel, ids.of(`${title} ${panel.title}`), place);
      builder.withPanel({ build: (): Panel => rendered });
    }
    y = Math.max(y + 1, ...placed.map(({ panel, top }) => top + panel.height));
  }
}

interface Placed {
  readonly panel: PanelDefinition;
  readonly x: number;
  readonly top: number;
}

/** From left to right, and down where a line is full. */
function placePanels(panels: readonly PanelDefinition[], firstTop: number): readonly Placed[] {
  let x = 0;
  let top = firstTop;
  let height = 0;
  return panels.map((panel) => {
    if (x + panel.width > COLUMNS) {
      x = 0;
      top += height;
      height = 0;
    }
    const placed = { panel, x, top };
    x += panel.width;
    height = Math.max(height, panel.height);
    return placed;
  });
}

/** Ids fit into three bytes, and two of sixty panels meet once in ten thousand boards. */
const IDS = 2 ** 24;

/**
 * A panel's id is part of links to it, so it comes from its row and its title: it stays when panels
 * are added or moved around it.
 */
class StableIds {
  readonly #taken = new Map<number, string>();

  /** @throws When two names come out as one id; rename one of the two. */
  of(name: string): number {
    const id = hash(name) || 1;
    const other = this.#taken.get(id);
    if (other !== undefined) throw new Error(`"${name}" and "${other}" have the same panel id`);
    this.#taken.set(id, name);
    return id;
  }
}

/** FNV-1a of 32 bits, folded (http://www.isthe.com/chongo/tech/comp/fnv/). */
function hash(text: string): number {
  let state = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) {
    state = Math.imul(state ^ byte, 0x01000193) >>> 0;
  }
  return state % IDS;
}
