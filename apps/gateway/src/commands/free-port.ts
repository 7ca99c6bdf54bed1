import { createServer } from "node:net";

/** @returns the port when nobody on this machine has it, else 0: any free one. */
export function findFreePort(port: number): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(0));
    probe.listen(port, "127.0.0.1", () => probe.close(() => resolve(port)));
  });
}
