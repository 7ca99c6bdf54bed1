import { HELP, parseCommandLine } from "./command-line.ts";
import { drawFolder } from "./draw-folder.ts";

const now = Date.now() / 1_000;
const command = parseCommandLine(process.argv.slice(2), now);

switch (command.type) {
  case "help":
    console.log(HELP);
    break;
  case "refuse":
    console.error(`${command.message}\n\n${HELP}`);
    process.exitCode = 2;
    break;
  case "view":
    try {
      for (const path of await drawFolder(command.options, now)) console.log(path);
    } catch (error) {
      console.error(error instanceof Error ? error.message : error);
      process.exitCode = 1;
    }
    break;
}
