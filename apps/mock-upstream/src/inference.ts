/** One request for inference, from its headers to the timeline that answers it. */
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import type { Clockwork } from "./clockwork.ts";
import { compileObject, compileRefusal } from "./compile-timeline.ts";
import { ID_PREFIXES } from "./completion-json.ts";
import { parseCompletionRequest, parseJsonObject, parseModel } from "./completion-request.ts";
import type { CompletionRequest, JsonObject } from "./completion-request.ts";
import { toEmbeddings } from "./embeddings.ts";
import type { FailureSchedule } from "./failure-schedule.ts";
import type { Journal, JournalEntry, RequestHead } from "./journal.ts";
import { play } from "./player.ts";
import { UploadAborted, readBody } from "./read-body.ts";
import { RequestError } from "./request-error.ts";
import {
  SCENARIO_HEADER,
  ScenarioError,
  formatScenario,
  parseScenario,
} from "./scenario-syntax.ts";
import type { Scenario } from "./scenario.ts";
import type { TimelineCache } from "./timeline-cache.ts";
import { ID_PLACEHOLDER } from "./timeline.ts";
import type { Headers, Timeline } from "./timeline.ts";

export type InferenceEndpoint = CompletionRequest["endpoint"] | "embeddings";

export const INFERENCE_PATHS: ReadonlyMap<string, InferenceEndpoint> = new Map([
  ["/v1/chat/completions", "chat"],
  ["/v1/completions", "text"],
  ["/v1/embeddings", "embeddings"],
]);

export interface InferenceParts {
  readonly journal: Journal;
  readonly timelines: TimelineCache;
  readonly failures: FailureSchedule;
  readonly clockwork: Clockwork;
}

export class Inference {
  readonly #parts: InferenceParts;
  /** `created` of all answers, so that they can share a timeline. */
  readonly #createdSeconds = Math.floor(Date.now() / 1_000);
  /** Makes ids of two mocks differ. */
  readonly #idPrefix = randomBytes(4).toString("hex");
  #requests = 0;

  constructor(parts: InferenceParts) {
    this.#parts = parts;
  }

  async answer(
    endpoint: InferenceEndpoint,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const { journal, clockwork } = this.#parts;
    const id = this.#nextId();
    const entry = journal.open(toRequestHead(toPrefix(endpoint) + id, request));
    const timeline = await this.#prepare(endpoint, id, request, entry);
    if (timeline === undefined) return;
    // A pipelined request gets the socket when the answers before it have ended.
    if (response.socket === null && !response.destroyed) await once(response, "socket");
    const { socket } = response;
    if (socket === null || socket.destroyed) return entry.end("client_abort");
    play(timeline, { response, socket, clockwork, entry, id, headers: toEcho(request.headers) });
  }

  /** @returns `undefined` when the client left before its request was complete. */
  async #prepare(
    endpoint: InferenceEndpoint,
    id: string,
    request: IncomingMessage,
    entry: JournalEntry,
  ): Promise<Timeline | undefined> {
    try {
      const bytes = await readBody(request);
      const body = parseJsonObject(bytes);
      const model = parseModel(body);
      const scripted = parseScenario(model, firstValue(request.headers[SCENARIO_HEADER]));
      const scenario = formatScenario(scripted);
      const isStream = body["stream"] === true;
      entry.received({ bodyBytes: bytes.length, model, scenario, isStream });
      return this.#compile(endpoint, body, this.#parts.failures.next(scripted), id);
    } catch (error) {
      if (error instanceof RequestError || error instanceof ScenarioError) {
        return compileRefusal(error);
      }
      if (!(error instanceof UploadAborted)) throw error;
      entry.end("client_abort");
      return undefined;
    }
  }

  #compile(
    endpoint: InferenceEndpoint,
    body: JsonObject,
    scenario: Scenario,
    id: string,
  ): Timeline {
    if (endpoint === "embeddings") {
      return compileObject(scenario, toEmbeddings(body, parseModel(body), scenario));
    }
    const request = parseCompletionRequest(endpoint, body);
    const createdSeconds = this.#createdSeconds;
    return this.#parts.timelines.compile({ request, scenario, id, createdSeconds });
  }

  /** As long as the placeholder that it replaces, and as OpenAI's. */
  #nextId(): string {
    this.#requests++;
    const digits = ID_PLACEHOLDER.length - this.#idPrefix.length;
    return this.#idPrefix + String(this.#requests).padStart(digits, "0");
  }
}

function toPrefix(endpoint: InferenceEndpoint): string {
  return endpoint === "embeddings" ? "embd-" : ID_PREFIXES[endpoint];
}

function toRequestHead(id: string, request: IncomingMessage): RequestHead {
  const { headers, rawHeaders } = request;
  const { authorization } = headers;
  return {
    id,
    path: request.url ?? "",
    authorizationSha256: authorization === undefined ? undefined : fingerprint(authorization),
    requestId: firstValue(headers["x-request-id"]),
    traceparent: firstValue(headers["traceparent"]),
    headerNames: rawHeaders.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase()),
  };
}

/** Enough to tell credentials apart, too little to use one: 64 bits of SHA-256. */
export function fingerprint(credential: string): string {
  return createHash("sha256").update(credential).digest("hex").slice(0, 16);
}

function toEcho(headers: IncomingHttpHeaders): Headers {
  const requestId = firstValue(headers["x-request-id"]);
  return requestId === undefined ? {} : { "x-request-id": requestId };
}

function firstValue(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === "string" || value === undefined ? value : value[0];
}
