/**
 * Loaded into a gateway before its own code: collects garbage on SIGUSR2, so that its heap can be compared
 * with what it was.
 */
import { collectGarbage } from "@slipstream/testkit/collect-garbage";

process.on("SIGUSR2", () => collectGarbage());
