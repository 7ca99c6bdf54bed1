import { ERROR_SPECS, GatewayError } from "@slipstream/contracts/errors";
import type { RequestReport } from "@slipstream/contracts/request-events";
import { pino } from "pino";
import { expect, test } from "vitest";
import { ATTEMPT, REJECTED, REPORT, START } from "../test/plain-events.ts";
import { createAccessLog } from "./access-log.ts";
import type { ExemplarSource } from "./exemplar.ts";

/** What is logged about a request that ended so. */
function log(report: RequestReport, exemplars?: ExemplarSource): Record<string, unknown>[] {
  const lines: string[] = [];
  const logger = pino({ base: null, timestamp: false }, { write: (line) => lines.push(line) });
  const accessLog = createAccessLog(logger, exemplars);
  accessLog.observe(START);
  accessLog.observe({ type: "chunk_first", firstChunkMs: 1, ...ATTEMPT });
  accessLog.observe({ type: "request_end", report });
  return lines.map((line) => JSON.parse(line));
}

const LEVEL = { info: 30, warn: 40, error: 50 };

test("one line per request, of ids and figures", () => {
  expect(log({ ...REPORT, durationMs: 1_500.123456789 })).toEqual([
    {
      level: LEVEL.info,
      requestId: REPORT.requestId,
      endpoint: "chat_completions",
      model: "llama",
      deployment: "fleet-a/meta-llama",
      outcome: "complete",
      status: 200,
      durationMs: 1_500.123,
      attempts: 1,
      firstChunkMs: 120,
      chunks: 3,
      gapMsMax: 40,
      inputTokens: 10,
      outputTokens: 20,
      cachedInputTokens: 5,
      costNanoUsd: 13_250,
      keyId: "key-1",
      workspaceId: "workspace-1",
      organizationId: "organization-1",
      msg: "request",
    },
  ]);
});

test("what nobody knew is not in the line", () => {
  const [line] = log(REJECTED);
  expect(line).toMatchObject({
    level: LEVEL.info,
    outcome: "rejected",
    errorCode: "invalid_api_key",
  });
  for (const field of ["model", "keyId", "chunks", "inputTokens", "causes"]) {
    expect(line).not.toHaveProperty(field);
  }
});

test("an error of ours names its causes and the place, not their messages", () => {
  const secret = "SECRET at /srv/x (10.0.0.5:8000)\n    at f (/etc/secret.ts:1:1)";
  const inner = Object.assign(new TypeError(secret), { code: "ERR_INVALID_ARG_TYPE" });
  const cause = new GatewayError("internal_error", secret, { cause: inner });
  const [line] = log({ ...REPORT, outcome: "upstream_error", errorCode: "internal_error", cause });
  const at = expect.stringMatching(/^access-log\.test\.ts:\d+:\d+$/);
  expect(line).toMatchObject({
    level: LEVEL.error,
    causes: [
      { name: "GatewayError", code: "internal_error", at },
      { name: "TypeError", code: "ERR_INVALID_ARG_TYPE", at },
    ],
  });
  expect(JSON.stringify(line)).not.toMatch(/secret|10\.0\.0\.5/i);
});

test.each([
  ["a circle", makeCircle(), 5],
  ["a string", "SECRET", 1],
  ["nothing", undefined, 0],
  ["words for a code", Object.assign(new Error("SECRET"), { code: "SECRET words" }), 1],
  ["words for a name", Object.assign(new Error("x"), { name: "SECRET words" }), 1],
])("causes of %s stay short and silent", (_, cause, count) => {
  const [line] = log({ ...REPORT, errorCode: "upstream_unreachable", cause });
  expect(line).toMatchObject({ level: LEVEL.warn });
  expect(line?.["causes"]).toHaveLength(count);
  expect(JSON.stringify(line)).not.toContain("SECRET");
});

test("what a client got wrong has no causes, because they were made of its input", () => {
  const cause = new SyntaxError("SECRET");
  const [line] = log({ ...REPORT, errorCode: "invalid_json", cause });
  expect(ERROR_SPECS.invalid_json.blame).toBe("client");
  expect(line).not.toHaveProperty("causes");
});

function makeCircle(): Error {
  const error = new Error("round");
  error.cause = error;
  return error;
}

test("a line names the trace, if there is one to look at", () => {
  const exemplar = { traceId: "a".repeat(32), spanId: "b".repeat(16), atEpochMs: 0 };
  expect(log(REPORT, () => exemplar)).toMatchObject([{ traceId: exemplar.traceId }]);
  expect(log(REPORT)[0]).not.toHaveProperty("traceId");
});
