/** Nothing in between: what the others are compared with. */
import type { Stage, Subject } from "./subject.ts";

export function startDirect({ mock }: Stage): Promise<Subject> {
  return Promise.resolve({
    name: "direct",
    address: mock,
    pids: [],
    headers: {},
    modelOf: ({ script }) => script,
  });
}
