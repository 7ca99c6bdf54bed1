import { runCommand } from "@slipstream/grafana-dashboard-builder/command-line";
import { PLACE, PROJECT } from "./project.ts";

const { exitCode, lines } = runCommand(process.argv.slice(2), PROJECT, PLACE);
for (const line of lines) console.log(line);
process.exitCode = exitCode;
