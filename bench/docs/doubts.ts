/** Why a result does not speak for the main branch. */
import type { StoredResult } from "../stored-results.ts";

const MAIN = "main";

/** @returns sentences that are the same for all parts of one run; none for a result without a doubt. */
export function findDoubts({ plan, environment: { revision } }: StoredResult): string[] {
  return [
    ...(plan.isQuick ? ["Measured with `--quick`: for soundness, not for numbers."] : []),
    ...(revision === undefined ? ["Measured outside of a repository: of what, is not known."] : []),
    ...(revision?.isClean === false ? ["Measured with changes that are in no commit."] : []),
    ...(revision !== undefined && revision.branch !== MAIN
      ? [`Measured on the branch \`${revision.branch}\`, not on \`${MAIN}\`.`]
      : []),
  ];
}
