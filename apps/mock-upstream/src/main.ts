import { parseCommandLine } from "./command-line.ts";
import { startMockUpstream } from "./mock-server.ts";

const command = parseCommandLine(process.argv.slice(2));

switch (command.type) {
  case "help":
    console.log(command.text);
    break;
  case "refuse":
    console.error(command.message);
    process.exitCode = 2;
    break;
  case "start":
    await start(command.port, command.host);
    break;
}

async function start(port: number, host: string): Promise<void> {
  process.once("SIGINT", () => process.exit(0));
  process.once("SIGTERM", () => process.exit(0));
  // Started with a channel, it ends with whoever holds the other end.
  process.once("disconnect", () => process.exit(0));
  try {
    const { url } = await startMockUpstream({ port, host });
    console.log(`mock-upstream listening on ${url}`);
  } catch (error) {
    console.error(`mock-upstream cannot listen on ${host}:${port}: ${toReason(error)}`);
    process.exitCode = 1;
  }
}

function toReason(error: unknown): string {
  const isTaken = error instanceof Error && "code" in error && error.code === "EADDRINUSE";
  if (isTaken) return "the port is taken; choose another one with --port, or 0 for any";
  return error instanceof Error ? error.message : String(error);
}
