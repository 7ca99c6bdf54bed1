/** A headless Chromium that the system has installed; nothing is downloaded. */
import { spawnSync } from "node:child_process";
import { chromium } from "playwright-core";
import type { Browser } from "playwright-core";

const PROGRAMS = ["chromium", "chromium-browser", "google-chrome"] as const;

/** @returns its path, or `undefined` when there is none. */
export function findChromium(): string | undefined {
  for (const program of PROGRAMS) {
    const { status, stdout } = spawnSync("which", [program], { encoding: "utf8" });
    if (status === 0) return stdout.trim();
  }
  return undefined;
}

/** @throws Error that says what to install. */
export function launchChromium(): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === undefined) {
    throw new Error(`no Chromium: none of ${PROGRAMS.join(", ")} is installed`);
  }
  // The page is ours and reads nothing from a network, and containers seldom allow the sandbox.
  const args = ["--no-sandbox", "--force-color-profile=srgb", "--font-render-hinting=none"];
  return chromium.launch({ executablePath, args });
}
