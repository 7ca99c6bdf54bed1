/** Nothing in between: what the others are compared with. */
import { COMPLETIONS_PATH, DIRECT } from "./subject.ts";
import type { Stage, Subject } from "./subject.ts";

export function startDirect({ mock }: Stage): Promise<Subject> {
  return Promise.resolve({
    name: DIRECT,
    address: mock,
    path: COMPLETIONS_PATH,
    failure: "ends_run",
    startedMs: undefined,
    pids: [],
    headers: {},
    modelOf: ({ script }) => script,
  });
}
