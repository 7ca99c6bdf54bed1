/** From a scenario to its timeline: the one place that knows all the parts. */
import { toCompletion } from "./completion-json.ts";
import type { CompletionPlan } from "./completion-json.ts";
import { scriptedErrorBody, toErrorBody } from "./error-body.ts";
import { scriptBody } from "./failing-body.ts";
import type { ScriptedBody } from "./frame.ts";
import { gzipBody } from "./gzip-body.ts";
import { toPackets } from "./packets.ts";
import { RequestError } from "./request-error.ts";
import { ScenarioError } from "./scenario-syntax.ts";
import type { Scenario } from "./scenario.ts";
import { firstTokenMs } from "./stream-script.ts";
import { toBody, toBodySteps, toWrite } from "./timeline.ts";
import type { Headers, Step, Timeline } from "./timeline.ts";
import { contentTokens } from "./token-text.ts";
import { reasoningCount } from "./usage-report.ts";
import { scriptWhole } from "./whole-body.ts";

/** Largest timeline: it is held in memory as a whole. */
const TIMELINE_BYTES_MAX = 256 * 1024 * 1024;
/** A chunk without its content and model name, rounded up. */
const CHUNK_BYTES = 300;

const TYPES = {
  json: "application/json",
  html: "text/html; charset=utf-8",
  sse: "text/event-stream; charset=utf-8",
  jsonl: "application/x-ndjson",
};

const HTML_PAGE =
  "<!doctype html><html><head><title>mock-upstream</title></head>" +
  "<body><h1>A page where an answer should be</h1></body></html>\n";

/** @throws {ScenarioError} when the scenario is too large to play. */
export function compileCompletion(plan: CompletionPlan): Timeline {
  const playable = plan.request.endpoint === "text" ? toPlainText(plan) : plan;
  checkSize(playable);
  return compileAnswer(playable.scenario, () =>
    playable.request.stream ? streamSteps(playable) : completionSteps(playable),
  );
}

/** An answer that is one JSON object and not made of tokens; it comes after `ttft`. */
export function compileObject(scenario: Scenario, json: object): Timeline {
  return compileAnswer(scenario, () => wholeSteps(scenario, json, firstTokenMs(scenario), 0));
}

/** The answer to a request that cannot be played. */
export function compileRefusal(error: RequestError | ScenarioError): Timeline {
  const isRequest = error instanceof RequestError;
  const status = isRequest ? error.status : 400;
  const facts = isRequest ? { param: error.param } : { code: "invalid_scenario" };
  const body = toErrorBody(status, { message: error.message, ...facts });
  return { steps: pageSteps(status, TYPES.json, JSON.stringify(body), {}), outcome: "rejected" };
}

function compileAnswer(scenario: Scenario, toGoodSteps: () => readonly Step[]): Timeline {
  const { answer, status, body, fail } = scenario;
  if (answer !== "send") return { steps: silentSteps(scenario), outcome: "scripted_failure" };
  if (status !== 200 || body !== "auto") {
    return { steps: errorSteps(scenario), outcome: "scripted_failure" };
  }
  const outcome = fail === "none" ? "complete" : "scripted_failure";
  return { steps: [...toGoodSteps(), ...afterwards(scenario)], outcome };
}

function silentSteps({ answer, headersDelay }: Scenario): readonly Step[] {
  const ending: readonly Step[] =
    answer === "reset" ? [{ type: "reset" }] : answer === "close" ? [{ type: "close" }] : [];
  return [...waitFor(headersDelay), ...ending];
}

function errorSteps(scenario: Scenario): readonly Step[] {
  const { status, body, headersDelay } = scenario;
  const json = JSON.stringify(scriptedErrorBody(scenario, status));
  const text = body === "html" ? HTML_PAGE : body === "empty" ? "" : json;
  const type = body === "html" ? TYPES.html : TYPES.json;
  const page = pageSteps(status, typeOf(scenario, type), text, scenarioHeaders(scenario));
  return [...waitFor(headersDelay), ...page, ...afterwards(scenario)];
}

function pageSteps(
  status: number,
  contentType: string,
  text: string,
  more: Headers,
): readonly Step[] {
  const bytes = Buffer.from(text);
  const length = String(bytes.length);
  const headers = { "content-type": contentType, "content-length": length, ...more };
  const body = toBodySteps(toBody(0, bytes, 0), 0, "length");
  return [{ type: "head", status, headers }, ...body];
}

function streamSteps(plan: CompletionPlan): readonly Step[] {
  const { scenario } = plan;
  const isZipped = scenario.encoding === "gzip";
  const events = scriptBody(plan);
  const written = isZipped ? gzipBody(events) : events;
  const body: ScriptedBody = { ...written, frames: toPackets(written.frames, scenario) };
  const headers = {
    "content-type": typeOf(scenario, TYPES[scenario.envelope]),
    "cache-control": "no-cache",
    ...(isZipped && { "content-encoding": "gzip" }),
    ...scenarioHeaders(scenario),
  };
  const { headersDelay } = scenario;
  const head: Step = { type: "head", status: 200, headers };
  return [...waitFor(headersDelay), head, ...toBodySteps(body, headersDelay, "chunked")];
}

/** The whole answer comes when the last token of a stream would. */
function completionSteps(plan: CompletionPlan): readonly Step[] {
  const { scenario, request } = plan;
  const perChoice = tokensPerChoice(scenario);
  const atMs = firstTokenMs(scenario) + scenario.gap * Math.max(0, perChoice - 1);
  return wholeSteps(scenario, toCompletion(plan), atMs, request.choices * perChoice);
}

function wholeSteps(
  scenario: Scenario,
  json: object,
  atMs: number,
  tokens: number,
): readonly Step[] {
  const whole = scriptWhole(scenario, json, atMs, tokens);
  // Half of a gzip stream would be a second failure, so only good answers are compressed.
  const isZipped = scenario.encoding === "gzip" && scenario.fail === "none";
  const written = isZipped ? gzipBody(whole.body) : whole.body;
  const body: ScriptedBody = { ...written, frames: toPackets(written.frames, scenario) };
  const length = isZipped ? bodyBytes(body) : whole.length;
  const headers = {
    "content-type": typeOf(scenario, TYPES.json),
    ...(length !== undefined && { "content-length": String(length) }),
    ...(isZipped && { "content-encoding": "gzip" }),
    ...scenarioHeaders(scenario),
  };
  const framing = length === undefined ? "chunked" : "length";
  const head: Step = { type: "head", status: 200, headers };
  return [...waitFor(atMs), head, ...toBodySteps(body, atMs, framing)];
}

/** What happens to the connection when the response has ended. */
function afterwards({ connection, failGap }: Scenario): readonly Step[] {
  if (connection === "drop") return [...waitFor(failGap), { type: "close" }];
  if (connection !== "extra") return [];
  const text = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}";
  return [...waitFor(failGap), toWrite(Buffer.from(text), 0, "length")];
}

function waitFor(ms: number): readonly Step[] {
  return ms > 0 ? [{ type: "wait", ms }] : [];
}

function scenarioHeaders({ connection, retryAfter }: Scenario): Headers {
  return {
    ...(retryAfter !== "none" && { "retry-after": toRetryAfter(retryAfter) }),
    ...(connection === "close" && { connection: "close" }),
  };
}

function toRetryAfter(text: string): string {
  const seconds = /^date:(\d{1,9})$/.exec(text)?.[1];
  if (seconds === undefined) return text;
  return new Date(Date.now() + Number(seconds) * 1_000).toUTCString();
}

function typeOf({ contentType }: Scenario, usual: string): string {
  return contentType === "auto" ? usual : contentType;
}

/** The older endpoint knows neither tools nor reasoning. */
function toPlainText(plan: CompletionPlan): CompletionPlan {
  const { content } = plan.scenario;
  if (content !== "tools" && content !== "reasoning") return plan;
  return { ...plan, scenario: { ...plan.scenario, content: "text" } };
}

/** Tokens that are sent for one choice. */
function tokensPerChoice(scenario: Scenario): number {
  const thoughts = scenario.content === "reasoning" ? reasoningCount(scenario) : 0;
  return thoughts + contentTokens(scenario);
}

function bodyBytes({ frames }: ScriptedBody): number {
  return frames.reduce((sum, { bytes }) => sum + bytes.length, 0);
}

function checkSize({ scenario, request }: CompletionPlan): void {
  const eventBytes = CHUNK_BYTES + request.model.length + scenario.tokenBytes;
  const bytes = request.choices * tokensPerChoice(scenario) * eventBytes;
  if (bytes <= TIMELINE_BYTES_MAX) return;
  throw new ScenarioError(
    `tokens x tokenBytes x n: about ${bytes} bytes of answer; at most ${TIMELINE_BYTES_MAX}.`,
  );
}
