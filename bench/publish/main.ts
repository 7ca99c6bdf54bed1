import { parsePublishCommand, PUBLISH_HELP } from "./command-line.ts";
import { publish } from "./publish.ts";

// Whoever reads it may have seen enough.
process.stdout.on("error", () => undefined);

const command = parsePublishCommand(process.argv.slice(2));

switch (command.type) {
  case "help":
    console.log(PUBLISH_HELP);
    break;
  case "refuse":
    console.error(`${command.message}\n\n${PUBLISH_HELP}`);
    process.exitCode = 2;
    break;
  case "publish":
    try {
      await publish(command.options, {
        nowMs: Date.now(),
        // Standard output is for what can be piped on.
        tell: (text) => console.error(text),
        print: (text) => process.stdout.write(text),
      });
    } catch (error) {
      console.error(error instanceof Error ? error.message : error);
      process.exitCode = 1;
    }
    break;
}
