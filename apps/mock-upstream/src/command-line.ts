/** The command line: pure, so that main.ts has nothing to decide. */
import { parseArgs } from "node:util";
import { presetRows, settingRows, toHelpLines } from "./settings-table.ts";

export type Command =
  | { readonly type: "start"; readonly port: number; readonly host: string }
  | { readonly type: "help"; readonly text: string }
  | { readonly type: "refuse"; readonly message: string };

const DEFAULT_PORT = 8081;
const DEFAULT_HOST = "127.0.0.1";

const USAGE = `Usage: mock-upstream [--port N] [--host ADDRESS] [--help]
  --port N         0 to 65535; 0: any free port (default ${DEFAULT_PORT})
  --host ADDRESS   address to listen on (default ${DEFAULT_HOST})
  --help           this text and all settings of a scenario`;

export function parseCommandLine(words: readonly string[]): Command {
  const options = parseOptions(words);
  if (typeof options === "string") return refuse(options);
  if (options.help) return { type: "help", text: helpText() };
  const { port, host } = options;
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) {
    return refuse(`--port ${port}: not a number from 0 to 65535`);
  }
  return { type: "start", port: Number(port), host };
}

interface Options {
  readonly port: string;
  readonly host: string;
  readonly help: boolean;
}

/** @returns Words about what is wrong instead of options. */
function parseOptions(words: readonly string[]): Options | string {
  try {
    return parseArgs({
      args: [...words],
      options: {
        port: { type: "string", default: String(DEFAULT_PORT) },
        host: { type: "string", default: DEFAULT_HOST },
        help: { type: "boolean", default: false },
      },
    }).values;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function refuse(problem: string): Command {
  return { type: "refuse", message: `${problem}\n${USAGE}` };
}

function helpText(): string {
  return `${USAGE}

A scenario is a list of key=value pairs in the model name, e.g. mock/tokens=20,gap=5, or in the
header x-mock-scenario, which wins. Setting, default, meaning:
${toHelpLines(settingRows())}

Presets:
${toHelpLines(presetRows())}`;
}
