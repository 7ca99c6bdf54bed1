/** `build` writes the files of a project, `--check` says whether those on disk are up to date. */
import { compareArtefacts, writeArtefacts } from "./artefacts.ts";
import type { ArtefactFolder } from "./artefacts.ts";
import { findProblems, toArtefacts } from "./project.ts";
import type { DashboardProject } from "./project.ts";

interface CommandResult {
  readonly exitCode: 0 | 1;
  readonly lines: readonly string[];
}

export interface CommandPlace extends ArtefactFolder {
  /** What a reader has to type to build, for messages. */
  readonly buildCommand: string;
}

export function runCommand(
  words: readonly string[],
  project: DashboardProject,
  place: CommandPlace,
): CommandResult {
  const [word, ...rest] = words;
  if (rest.length > 0 || (word !== "build" && word !== "--check")) {
    return { exitCode: 1, lines: ["Usage: build | --check"] };
  }
  const problems = findProblems(project);
  if (problems.length > 0) return { exitCode: 1, lines: problems };
  const artefacts = toArtefacts(project);
  if (word === "build") {
    writeArtefacts(artefacts, place);
    return { exitCode: 0, lines: [`${artefacts.length} files written`] };
  }
  const differences = compareArtefacts(artefacts, place);
  if (differences.length === 0) {
    return { exitCode: 0, lines: [`${artefacts.length} files are up to date`] };
  }
  const what = `Generated files are not up to date. Run: ${place.buildCommand}`;
  return { exitCode: 1, lines: [...differences, what] };
}
