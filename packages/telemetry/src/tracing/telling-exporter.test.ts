import { ExportResultCode } from "@opentelemetry/core";
import type { ExportResult } from "@opentelemetry/core";
import { expect, test } from "vitest";
import { tellingExporter } from "./telling-exporter.ts";

test("the log hears when the collector begins to fail and when it is back", () => {
  const lines: unknown[] = [];
  const logger = {
    warn: (...line: unknown[]) => lines.push(line),
    info: (...line: unknown[]) => lines.push(line),
  };
  const err = new Error("refused");
  const failed: ExportResult = { code: ExportResultCode.FAILED, error: err };
  const arrived: ExportResult = { code: ExportResultCode.SUCCESS };
  const results = [arrived, failed, failed, arrived, arrived, failed];
  const settled: ExportResult[] = [];
  const exporter = tellingExporter(
    {
      export: (_spans, done) => done(results[settled.length] ?? arrived),
      shutdown: () => Promise.resolve(),
    },
    logger,
  );
  for (const _ of results) exporter.export([], (result) => settled.push(result));
  expect(settled).toEqual(results);
  const began = [{ err }, "spans cannot be sent to the collector"];
  expect(lines).toEqual([began, ["spans are sent to the collector again"], began]);
});
