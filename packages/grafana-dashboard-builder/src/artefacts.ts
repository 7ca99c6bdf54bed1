/** Generated files: written by `build`, compared with what is on disk by `--check`. */
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

export interface Artefact {
  /** Relative to the folder of all artefacts. */
  readonly path: string;
  readonly text: string;
}

export interface ArtefactFolder {
  readonly folder: string;
  /** Patterns of the files that are generated: what fits one and is no artefact is left over. */
  readonly generated: readonly string[];
}

export function writeArtefacts(artefacts: readonly Artefact[], place: ArtefactFolder): void {
  for (const path of findLeftOver(artefacts, place)) rmSync(join(place.folder, path));
  for (const { path, text } of artefacts) {
    mkdirSync(dirname(join(place.folder, path)), { recursive: true });
    writeFileSync(join(place.folder, path), text);
  }
}

/** What differs between the artefacts and the disk, one line each. */
export function compareArtefacts(
  artefacts: readonly Artefact[],
  place: ArtefactFolder,
): readonly string[] {
  const differences = artefacts.flatMap(({ path, text }) => {
    const found = readIfThere(join(place.folder, path));
    if (found === undefined) return [`${path} is missing`];
    return found === text ? [] : [`${path} differs from line ${findLine(found, text)}`];
  });
  const leftOver = findLeftOver(artefacts, place).map(
    (path) => `${path} is not generated any more`,
  );
  return [...differences, ...leftOver];
}

function findLeftOver(artefacts: readonly Artefact[], place: ArtefactFolder): readonly string[] {
  const paths = new Set(artefacts.map(({ path }) => path));
  return globSync([...place.generated], { cwd: place.folder }).filter((path) => !paths.has(path));
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

/** The first line, counted from 1, in which two texts differ. */
function findLine(one: string, other: string): number {
  const lines = other.split("\n");
  const different = one.split("\n").findIndex((line, index) => line !== lines[index]);
  return different === -1 ? lines.length : different + 1;
}
