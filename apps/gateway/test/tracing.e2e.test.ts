/** What a collector gets to see of requests over real sockets, and what it does to them: nothing. */
import { randomBytes, randomUUID } from "node:crypto";
import { once } from "node:events";
import { eventually } from "@slipstream/testkit/eventually";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { FakeCollector } from "./fake-collector.ts";
import type { CollectedSpan } from "./fake-collector.ts";
import { postChat, readMetricBy, startRig, streamOf } from "./gateway-rig.ts";
import type { GatewayRig } from "./gateway-rig.ts";
import { sendChat } from "./raw-client.ts";

const PROMPT = "zanzibar";
const SLOW_MS = 200;
const MODELS = {
  chat: ["mock/tokens=5,gap=2"],
  // Whoever is asked first, every other request goes over to the other one.
  failover: ["nobody", "mock/tokens=5"],
  broken: ["mock/broken"],
  slow: [`mock/tokens=3,ttft=${SLOW_MS}`],
  stall: ["mock/stall"],
  endless: ["mock/tokens=10000,gap=5"],
};
const OPTIONS = { deadlines: { stallMs: 300 } };
const COLLECTOR_KEY = "Bearer collector-key";

let collector: FakeCollector;
/** Keeps every trace. */
let rig: GatewayRig;
/** Keeps no trace without a reason. */
let strict: GatewayRig;

beforeAll(async () => {
  collector = await FakeCollector.start();
  const tracing = {
    endpoint: collector.endpoint,
    headers: { authorization: COLLECTOR_KEY },
    slowFirstTokenMs: SLOW_MS,
  };
  rig = await startRig(MODELS, {
    ...OPTIONS,
    tracing: { ...tracing, sampleRatio: 1, slowFirstTokenMs: 60_000 },
  });
  strict = await startRig(MODELS, { ...OPTIONS, tracing: { ...tracing, sampleRatio: 0 } });
});

afterAll(async () => {
  await rig.close();
  await strict.close();
  await collector.close();
});

interface Parent {
  readonly traceId: string;
  readonly spanId: string;
  readonly headers: Readonly<Record<string, string>>;
}

function createParent(flags: "00" | "01"): Parent {
  const traceId = randomBytes(16).toString("hex");
  const spanId = randomBytes(8).toString("hex");
  const headers = { traceparent: `00-${traceId}-${spanId}-${flags}`, tracestate: "vendor=1" };
  return { traceId, spanId, headers };
}

function bodyOf(model: string, more: object = {}): object {
  return streamOf(model, { messages: [{ role: "user", content: PROMPT }], ...more });
}

/** One request under a trace of the client, and what the collector gets of it. */
async function traceOf(model: string, more: object = {}): Promise<Traced> {
  const parent = createParent("01");
  const response = await postChat(rig, bodyOf(model, more), parent.headers);
  await readToEnd(response);
  const spans = await collector.trace(parent.traceId);
  return { parent, status: response.status, ...arrange(spans) };
}

interface Tree {
  readonly server: CollectedSpan;
  readonly inference: CollectedSpan | undefined;
  readonly attempts: readonly CollectedSpan[];
}

interface Traced extends Tree {
  readonly parent: Parent;
  readonly status: number;
}

/** Throws at what is no tree. */
function arrange(spans: readonly CollectedSpan[]): Tree {
  const [server, ...servers] = spans.filter(({ kind }) => kind === "server");
  if (server === undefined || servers.length > 0) throw new Error("not one SERVER span");
  const [inference, ...others] = spans.filter((span) => span.parentSpanId === server.spanId);
  const attempts = spans
    .filter((span) => span.parentSpanId === inference?.spanId)
    .toSorted((a, b) => a.startMs - b.startMs);
  if (others.length > 0 || spans.length !== 1 + (inference === undefined ? 0 : 1) + attempts.length)
    throw new Error("spans beside the tree");
  for (const span of spans) {
    const isInside = span.startMs >= server.startMs && span.endMs >= span.startMs;
    if (!isInside) throw new Error(`${span.name} is before its request`);
  }
  return { server, inference, attempts };
}

test("a stream is a request, an inference and an attempt, below the client's span", async () => {
  const { server, inference, attempts, parent } = await traceOf("chat");
  expect(server).toMatchObject({ name: "POST /v1/chat/completions", parentSpanId: parent.spanId });
  expect(server.attributes).toMatchObject({
    "http.request.method": "POST",
    "http.response.status_code": 200,
    "slipstream.outcome": "complete",
    "slipstream.key.id": rig.keyId,
  });
  expect(inference).toMatchObject({ name: "chat chat", kind: "client", isError: false });
  expect(inference?.attributes).toMatchObject({
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "mock",
    "gen_ai.request.model": "chat",
    "gen_ai.request.stream": true,
    "gen_ai.response.finish_reasons": ["stop"],
    "gen_ai.usage.output_tokens": 5,
    "slipstream.stream.chunks": 5,
  });
  const [attempt, ...others] = attempts;
  expect(others).toEqual([]);
  expect(attempt).toMatchObject({ name: "POST /v1/chat/completions", kind: "client" });
  const firstContent = attempt?.attributes["slipstream.attempt.time_to_first_content"];
  const firstChunk = inference?.attributes["gen_ai.response.time_to_first_chunk"];
  expect(firstContent).toBeGreaterThan(0);
  expect(firstChunk).toBeGreaterThan(Number(firstContent));
  expect(attempt?.attributes).toMatchObject({
    "server.address": "127.0.0.1",
    "server.port": rig.mock.port,
    "slipstream.attempt.result": "answered",
  });
});

test("the upstream continues the trace below the attempt that it got", async () => {
  rig.mock.reset();
  const { attempts, parent } = await traceOf("chat");
  const [record] = rig.mock.stats().recent;
  expect(record?.traceparent).toBe(`00-${parent.traceId}-${attempts[0]?.spanId}-01`);
  expect(record?.headerNames).toContain("tracestate");
});

test("with tracing off the client's trace goes on as it is, and none begins", async () => {
  const plain = await startRig(MODELS);
  onTestFinished(() => plain.close());
  const { headers } = createParent("01");
  await readToEnd(await postChat(plain, bodyOf("chat"), headers));
  await readToEnd(await postChat(plain, bodyOf("chat")));
  const [first, second] = plain.mock.stats().recent;
  expect([first?.traceparent, second?.traceparent]).toEqual([headers["traceparent"], undefined]);
  expect(first?.headerNames).toContain("tracestate");
});

test("a whole answer", async () => {
  const { inference, attempts, server } = await traceOf("chat", { stream: false });
  expect(server.attributes["http.response.body.size"]).toBeGreaterThan(0);
  expect(inference?.attributes).toMatchObject({
    "gen_ai.response.finish_reasons": ["stop"],
    "gen_ai.usage.output_tokens": 5,
  });
  expect(inference?.attributes["gen_ai.request.stream"]).toBeUndefined();
  expect(attempts).toHaveLength(1);
});

test("a request that went over to another deployment", async () => {
  const traces = [await traceOf("failover"), await traceOf("failover")];
  const [over, ...straight] = traces.toSorted((a, b) => b.attempts.length - a.attempts.length);
  expect(straight.map(({ attempts }) => attempts.length)).toEqual([1]);
  expect(over?.status).toBe(200);
  expect(over?.server.isError).toBe(false);
  const [first, second] = over?.attempts ?? [];
  expect(first).toMatchObject({
    isError: true,
    attributes: { "server.port": 1, "error.type": "upstream_unreachable" },
  });
  expect(second).toMatchObject({
    isError: false,
    attributes: {
      "server.port": rig.mock.port,
      "http.request.resend_count": 1,
      "slipstream.attempt.retry_of": "upstream_unreachable",
    },
  });
});

test("errors: of an upstream, of a stream that has begun, and of the client", async () => {
  const broken = await traceOf("broken");
  expect(broken.server).toMatchObject({
    isError: true,
    attributes: { "error.type": "upstream_error", "http.response.status_code": 502 },
  });
  expect(broken.inference).toMatchObject({ isError: true });
  const stalled = await traceOf("stall");
  expect(stalled.server).toMatchObject({
    isError: true,
    attributes: { "error.type": "stall_timeout", "http.response.status_code": 200 },
  });
  expect(stalled.inference?.attributes["gen_ai.response.finish_reasons"]).toEqual(["error"]);
  const unknown = await traceOf("unknown");
  expect(unknown).toMatchObject({ status: 404, inference: undefined, attempts: [] });
  expect(unknown.server.isError).toBe(false);
  expect(unknown.server.attributes["slipstream.error.code"]).toBe("model_not_found");
});

/** Why the trace of a request was kept, for each SERVER span that it has. */
function readReasons(requestId: string): readonly unknown[] {
  return collector.spans
    .filter(({ kind, attributes }) => {
      return kind === "server" && attributes["slipstream.request.id"] === requestId;
    })
    .map(({ attributes }) => attributes["slipstream.kept_for"]);
}

/** All of it; of one that is broken off, nothing. */
function readToEnd(response: Response): Promise<string> {
  return response.text().catch(() => "");
}

async function leaveEarly(requestId: string): Promise<void> {
  const client = await sendChat(strict, bodyOf("endless"), { "x-request-id": requestId });
  while (!client.bytes.includes("token_0")) await once(client.socket, "data");
  client.leave("reset");
  await client.closed;
}

async function ask(model: string, requestId: string, headers = {}): Promise<void> {
  const response = await postChat(strict, bodyOf(model), { "x-request-id": requestId, ...headers });
  await readToEnd(response);
}

test("without a sample, what somebody will ask about is kept, and nothing else", async () => {
  const refused = { authorization: "Bearer sk-00000000000000000000000000000000" };
  const ids = {
    plain: randomUUID(),
    broken: randomUUID(),
    slow: randomUUID(),
    stalled: randomUUID(),
    left: randomUUID(),
    unknown: randomUUID(),
    keyless: randomUUID(),
    unsampled: randomUUID(),
    last: randomUUID(),
  };
  strict.mock.reset();
  await ask("chat", ids.plain);
  await ask("broken", ids.broken);
  await ask("slow", ids.slow);
  await ask("stall", ids.stalled);
  await leaveEarly(ids.left);
  await ask("unknown", ids.unknown);
  await ask("chat", ids.keyless, refused);
  await ask("chat", ids.unsampled, createParent("00").headers);
  // What is sent after all of them shows that nothing more is to come.
  await ask("broken", ids.last);
  const kept = await eventually(() => {
    const found = Object.entries(ids).flatMap(([name, id]) =>
      readReasons(id).map((reason) => [name, reason]),
    );
    expect(found.map(([name]) => name)).toEqual(expect.arrayContaining(["left", "last"]));
    return found;
  });
  expect(kept).toEqual([
    ["broken", "upstream_error"],
    ["slow", "slow_first_token"],
    ["stalled", "stall_timeout"],
    ["left", "client_abort"],
    ["last", "upstream_error"],
  ]);
  expect(await readMetricBy(strict, "slipstream_traces_total", "decision")).toEqual({
    kept: 5,
    dropped: 4,
  });
  // Upstreams are told what was decided when the request came.
  const flags = strict.mock.stats().recent.map(({ traceparent }) => traceparent?.slice(-3));
  expect(new Set(flags)).toEqual(new Set(["-00"]));
});

test("each kept request has exactly one SERVER span, however many there are", async () => {
  const requests = Array.from({ length: 60 }, (_, index) => ({
    requestId: randomUUID(),
    model: ["chat", "broken", "failover"][index % 3] ?? "",
  }));
  await Promise.all(
    requests.map(async ({ requestId, model }) => {
      const body = bodyOf(model, { stream: requestId < "8" });
      await readToEnd(await postChat(rig, body, { "x-request-id": requestId }));
    }),
  );
  await eventually(() => {
    const counts = requests.map(({ requestId }) => readReasons(requestId).length);
    expect(counts).toEqual(requests.map(() => 1));
  });
  for (const traceId of new Set(collector.spans.map((span) => span.traceId))) {
    arrange(await collector.trace(traceId));
  }
});

test("the traces beside the figures of /metrics can be looked at", async () => {
  await traceOf("chat");
  for (const { gateway } of [rig, strict]) {
    const text = await (await fetch(`${gateway.adminUrl}/metrics`)).text();
    const shown = [...text.matchAll(/^(\w+)_bucket.* # \{trace_id="(\w+)",span_id="(\w+)"\}/gm)];
    expect(new Set(shown.map(([, name]) => name))).toEqual(
      new Set([
        "gen_ai_server_time_to_first_token_seconds",
        "gen_ai_server_request_duration_seconds",
      ]),
    );
    await eventually(() => {
      const known = collector.spans.map(({ traceId, spanId }) => `${traceId} ${spanId}`);
      for (const [, , traceId, spanId] of shown) expect(known).toContain(`${traceId} ${spanId}`);
    });
  }
});

test("the collector is asked as it was said, and gets no content and no key", async () => {
  await traceOf("chat");
  expect(new Set(collector.requests.map(({ path }) => path))).toEqual(new Set(["/v1/traces"]));
  expect(new Set(collector.requests.map(({ authorization }) => authorization))).toEqual(
    new Set([COLLECTOR_KEY]),
  );
  const received = Buffer.concat(collector.bodies).toString();
  expect(received).toContain(rig.keyId);
  for (const secret of [PROMPT, "token_", rig.key, strict.key, "upstream-key", "vendor=1"]) {
    expect(received).not.toContain(secret);
  }
  // The words of an error, which may be an upstream's.
  expect(received).not.toContain("ended too early");
  expect(received).not.toContain("does not exist");
});
