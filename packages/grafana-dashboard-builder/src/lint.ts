/** Holds a board against the lint rules, minus what it says it may break. */
import type { Dashboard, Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import { BOARD_RULES, PANEL_RULES, readExpressions, TARGET_RULES } from "./lint-rules.ts";
import type { LintExclusions } from "./lint-rules.ts";

/** What may be broken on the whole board, and in single panels by title. */
export interface BoardExclusions {
  readonly board: LintExclusions;
  readonly panels: Readonly<Record<string, LintExclusions>>;
}

interface Finding {
  readonly rule: string;
  readonly text: string;
}

/**
 * What is wrong, one line each.
 *
 * An exclusion that is not needed is a finding too: what it allowed has been mended, and the next who
 * breaks it should hear of it.
 */
export function lintBoard(board: Dashboard, exclusions: BoardExclusions): readonly string[] {
  const place = board.title ?? "a board without a title";
  const panels = readPanels(board).map((panel) => ({ panel, findings: findInPanel(panel, place) }));
  const kept: string[] = [];
  const used = new Set<string>();
  for (const { panel, findings } of panels) {
    const own = exclusions.panels[panel.title ?? ""] ?? {};
    const open = withoutExcluded(findings, own, `${place}, ${panel.title ?? ""}`);
    kept.push(...open.stale);
    for (const finding of open.findings) {
      if (finding.rule in exclusions.board) used.add(finding.rule);
      else kept.push(toLine(finding));
    }
  }
  const ofBoard = Object.entries(BOARD_RULES).flatMap(([rule, check]) =>
    toFindings(rule, place, check(board)),
  );
  for (const finding of ofBoard) {
    if (finding.rule in exclusions.board) used.add(finding.rule);
    else kept.push(toLine(finding));
  }
  const stale = Object.keys(exclusions.board).filter((rule) => !used.has(rule));
  return [...kept, ...stale.map((rule) => `${place}: the exclusion of ${rule} is not needed`)];
}

export function readPanels({ panels = [] }: Dashboard): readonly Panel[] {
  return panels.filter((panel): panel is Panel => panel.type !== "row");
}

function findInPanel(panel: Panel, board: string): readonly Finding[] {
  const place = `${board}, ${panel.title ?? `panel ${panel.id}`}`;
  const ofPanel = Object.entries(PANEL_RULES).flatMap(([rule, check]) =>
    toFindings(rule, place, check(panel)),
  );
  const ofTargets = readExpressions(panel).flatMap((expression) =>
    Object.entries(TARGET_RULES).flatMap(([rule, check]) =>
      toFindings(rule, place, check(expression)),
    ),
  );
  return [...ofPanel, ...ofTargets];
}

function toFindings(rule: string, place: string, verdict: string | undefined): readonly Finding[] {
  return verdict === undefined ? [] : [{ rule, text: `${place}: ${verdict}` }];
}

function withoutExcluded(
  findings: readonly Finding[],
  exclusions: LintExclusions,
  place: string,
): { readonly findings: readonly Finding[]; readonly stale: readonly string[] } {
  const broken = new Set(findings.map(({ rule }) => rule));
  const stale = Object.keys(exclusions).filter((rule) => !broken.has(rule));
  return {
    findings: findings.filter(({ rule }) => !(rule in exclusions)),
    stale: stale.map((rule) => `${place}: the exclusion of ${rule} is not needed`),
  };
}

function toLine({ rule, text }: Finding): string {
  return `${text} (${rule})`;
}
