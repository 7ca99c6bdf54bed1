/** Says in the log when the collector begins to fail and when it is back; not once per message between. */
import { ExportResultCode } from "@opentelemetry/core";
import type { ExportResult } from "@opentelemetry/core";
import type { SpanExporter } from "@opentelemetry/sdk-trace";
import type { Logger } from "../logger.ts";

export function tellingExporter(
  exporter: SpanExporter,
  logger: Pick<Logger, "info" | "warn">,
): SpanExporter {
  let isFailing = false;
  function tell({ code, error: err }: ExportResult): void {
    const fails = code !== ExportResultCode.SUCCESS;
    if (fails === isFailing) return;
    isFailing = fails;
    if (fails) logger.warn({ err }, "spans cannot be sent to the collector");
    else logger.info("spans are sent to the collector again");
  }
  return {
    export(spans, settled) {
      exporter.export(spans, (result) => {
        tell(result);
        settled(result);
      });
    },
    shutdown: () => exporter.shutdown(),
  };
}
