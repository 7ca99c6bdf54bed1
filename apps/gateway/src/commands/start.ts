/** `start`: runs the gateway until it is told to end. */
import { EXIT } from "../command-error.ts";
import { loadConfig } from "../config/load-config.ts";
import { startGateway } from "../compose.ts";
import { untilSignal } from "./signals.ts";

export interface StartOptions {
  readonly configPath: string;
}

export async function start({ configPath }: StartOptions): Promise<void> {
  const config = await loadConfig(configPath, process.env);
  const gateway = await startGateway(config);
  console.log(`slipstream listens on ${gateway.baseUrl}`);
  console.log(`metrics and health on ${gateway.adminUrl} (/metrics, /healthz, /readyz)`);
  const signal = await untilSignal();
  console.log(`${signal}: running answers are finished, new ones are not begun`);
  const { usageRecordsLost } = await gateway.close();
  // A line on a standard output that nobody reads would keep the process for ever.
  if (usageRecordsLost === 0) process.exit(EXIT.ok);
  console.error(`slipstream: ${usageRecordsLost} usage records were lost; the log says why`);
  process.exit(EXIT.recordsLost);
}
