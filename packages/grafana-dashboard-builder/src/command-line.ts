/**
 * `build` writes the files of a project, `--check` says whether those on disk are up to date. With
 * `--runbooks ADDRESS` alerts lead to the pages there, and not to their path in the repository.
 */
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

const USAGE = "Usage: build | --check [--runbooks https://HOST/FOLDER/]";

export function runCommand(
  words: readonly string[],
  project: DashboardProject,
  place: CommandPlace,
): CommandResult {
  const [word, ...rest] = words;
  const runbooks = readRunbooks(rest) ?? project.runbooks;
  if (runbooks === "" || (word !== "build" && word !== "--check")) {
    return { exitCode: 1, lines: [USAGE] };
  }
  const problems = findProblems(project);
  if (problems.length > 0) return { exitCode: 1, lines: problems };
  const artefacts = toArtefacts({ ...project, runbooks });
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

/** @returns With a slash at its end; `undefined` when nothing is said, and `""` for what is no address. */
function readRunbooks(words: readonly string[]): string | undefined {
  const [option, address, ...rest] = words;
  if (option === undefined) return undefined;
  if (option !== "--runbooks" || address === undefined || rest.length > 0) return "";
  return /^https?:\/\/[^\s/]/.test(address) ? address.replace(/\/*$/, "/") : "";
}
