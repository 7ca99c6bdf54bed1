/**
 * The syntax of scenarios: `key=value` pairs and preset names, separated by commas, in the model
 * name behind `mock/` or `mock:` and in the header `x-mock-scenario`; the header wins.
 */
import { PRESETS } from "./presets.ts";
import { DEFAULT_SCENARIO } from "./scenario.ts";
import type { Scenario } from "./scenario.ts";
import { SETTINGS } from "./settings.ts";
import type { SettingName } from "./settings.ts";

export const SCENARIO_HEADER = "x-mock-scenario";

/** A scenario that cannot be played. The message says what is accepted. */
export class ScenarioError extends Error {
  override readonly name = "ScenarioError";
}

type Draft = { -readonly [Name in SettingName]: Scenario[Name] };

/**
 * @param header Value of `x-mock-scenario`.
 * @throws {ScenarioError} for an unknown key or preset, or a value that is not accepted.
 */
export function parseScenario(model: string, header: string | undefined): Scenario {
  const draft: Draft = { ...DEFAULT_SCENARIO };
  applyPairs(draft, /^mock[/:](.*)$/s.exec(model)?.[1] ?? "", "the model name");
  applyPairs(draft, header ?? "", SCENARIO_HEADER);
  return draft;
}

/** The settings that differ from the defaults, in the syntax, in the order of the table. */
export function formatScenario(scenario: Scenario): string {
  return settingNames()
    .filter((name) => scenario[name] !== DEFAULT_SCENARIO[name])
    .map((name) => `${name}=${formatSetting(scenario, name)}`)
    .join(",");
}

export function formatSetting<Name extends SettingName>(
  scenario: Pick<Scenario, Name>,
  name: Name,
): string {
  return SETTINGS[name].format(scenario[name]);
}

export function settingNames(): readonly SettingName[] {
  return SETTING_NAMES;
}

const isSettingName = (text: string): text is SettingName => Object.hasOwn(SETTINGS, text);
const SETTING_NAMES = Object.keys(SETTINGS).filter(isSettingName);

function applyPairs(draft: Draft, pairs: string, place: string): void {
  for (const pair of pairs.split(",").map((entry) => entry.trim())) {
    if (pair !== "") applyPair(draft, pair, place);
  }
}

function applyPair(draft: Draft, pair: string, place: string): void {
  const equals = pair.indexOf("=");
  if (equals === -1) {
    const preset = PRESETS.get(pair);
    if (preset === undefined) throw unknownPreset(pair, place);
    applyPairs(draft, preset, `preset ${pair}`);
    return;
  }
  const name = pair.slice(0, equals);
  if (!isSettingName(name)) throw unknownSetting(name, place);
  applySetting(draft, name, pair.slice(equals + 1));
}

function applySetting<Name extends SettingName>(
  draft: Pick<Draft, Name>,
  name: Name,
  text: string,
): void {
  const value = SETTINGS[name].parse(text);
  if (value === undefined) {
    throw new ScenarioError(`"${name}=${text}": accepted is ${SETTINGS[name].accepts}.`);
  }
  draft[name] = value;
}

function unknownPreset(name: string, place: string): ScenarioError {
  const presets = [...PRESETS.keys()].join(", ");
  return new ScenarioError(
    `"${name}" in ${place} is neither key=value nor a preset. Presets: ${presets}.`,
  );
}

function unknownSetting(name: string, place: string): ScenarioError {
  const accepted = SETTING_NAMES.map((known) => `${known} (${SETTINGS[known].accepts})`).join("; ");
  return new ScenarioError(`Unknown setting "${name}" in ${place}. Accepted: ${accepted}.`);
}
