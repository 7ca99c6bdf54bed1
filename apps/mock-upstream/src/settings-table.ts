/** The table of settings for people: lines of `--help` and the table of README.md. */
import { PRESETS } from "./presets.ts";
import { formatSetting, settingNames } from "./scenario-syntax.ts";
import { DEFAULT_SCENARIO } from "./scenario.ts";
import { SETTINGS } from "./settings.ts";
import type { SettingName } from "./settings.ts";

/** Setting, default, meaning; the words that a setting accepts have rows of their own. */
export function settingRows(): readonly (readonly string[])[] {
  return settingNames().flatMap((name) => {
    const { accepts, meaning, words } = SETTINGS[name];
    const value = `\`${formatSetting(DEFAULT_SCENARIO, name)}\``;
    if (words === undefined) return [[`\`${name}\``, value, `${meaning} (${accepts})`]];
    return [[`\`${name}\``, value, meaning], ...wordRows(name, words)];
  });
}

export function presetRows(): readonly (readonly string[])[] {
  return [...PRESETS].map(([name, pairs]) => [`\`mock/${name}\``, `\`${pairs}\``]);
}

export function toHelpLines(rows: readonly (readonly string[])[]): string {
  return rows
    .map(([name = "", value = "", ...rest]) => {
      return `  ${name.padEnd(22)} ${value.padEnd(12)} ${rest.join(" ")}`
        .replaceAll("`", "")
        .trimEnd();
    })
    .join("\n");
}

function wordRows(
  name: SettingName,
  words: ReadonlyMap<string, string>,
): readonly (readonly string[])[] {
  return [...words].map(([word, meaning]) => [`\`${name}=${word}\``, "", meaning]);
}
