import { EXIT, UsageError } from "./command-error.ts";
import { parseCommandLine } from "./command-line.ts";
import type { Command } from "./command-line.ts";
import { demo } from "./commands/demo.ts";
import { HELP } from "./commands/help.ts";
import { manageKeys } from "./commands/keys.ts";
import { start } from "./commands/start.ts";
import { ConfigError } from "./config/config-problem.ts";
import { VERSION } from "./version.ts";

async function run(command: Command): Promise<void> {
  switch (command.type) {
    case "help":
      return console.log(HELP[command.topic]);
    case "version":
      return console.log(VERSION);
    case "start":
      return start(command.options);
    case "demo":
      return demo(command.options);
    case "keys":
      return manageKeys(command.options);
  }
}

// Whoever reads them may go; that must not end a gateway, let alone its streams.
for (const output of [process.stdout, process.stderr]) output.on("error", () => undefined);

try {
  await run(parseCommandLine(process.argv.slice(2), process.env));
} catch (error) {
  const isUsage = error instanceof UsageError;
  const hint = isUsage ? "\n`--help` shows what there is." : "";
  console.error(`slipstream: ${error instanceof Error ? error.message : String(error)}${hint}`);
  process.exitCode = isUsage || error instanceof ConfigError ? EXIT.usage : EXIT.failed;
}
