import { join } from "node:path";
import { GATE_HELP, parseGateCommand } from "./command-line.ts";
import type { GateOptions } from "./command-line.ts";
import { runGate } from "./gate.ts";
import { GateFailure } from "./gate-failure.ts";

/** A round of thirteen tasks takes four seconds; what counts is the number of processes. */
const PLAN = { isQuick: false, timeMs: 150, warmupMs: 100 };
const EXIT = { slower: 1, usage: 2, failed: 3 } as const;

const command = parseGateCommand(process.argv.slice(2));

switch (command.type) {
  case "help":
    console.log(GATE_HELP);
    break;
  case "refuse":
    console.error(`${command.message}\n\n${GATE_HELP}`);
    process.exitCode = EXIT.usage;
    break;
  case "gate":
    await gate(command.options);
    break;
}

async function gate(options: GateOptions): Promise<void> {
  const interrupt = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    process.on(signal, () => interrupt.abort(new GateFailure(`ended by ${signal}`)));
  }
  try {
    const isGood = await runGate(options, {
      repository: join(import.meta.dirname, "../.."),
      plan: PLAN,
      print: (text) => console.log(text),
      tell: (text) => console.error(text),
      signal: interrupt.signal,
    });
    process.exitCode = isGood ? 0 : EXIT.slower;
  } catch (error) {
    console.error(error instanceof GateFailure ? error.message : error);
    process.exitCode = EXIT.failed;
  }
}
