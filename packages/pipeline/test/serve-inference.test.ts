import { GatewayError } from "@slipstream/contracts/errors";
import type { FakeExchange } from "@slipstream/testkit/fake-upstream";
import { testDeployment } from "@slipstream/testkit/routes";
import { expect, test } from "vitest";
import { chatBody, PipelineRig, PRINCIPAL } from "./pipeline-rig.ts";

const ANSWER = Buffer.from(
  `{"choices":[{"finish_reason":"stop"}],"usage":{"prompt_tokens":7,"completion_tokens":3}}`,
);

function answer(exchange: FakeExchange): void {
  const body = exchange.sink.head({ status: 200, headers: { "content-type": "application/json" } });
  body.frame(ANSWER);
  body.end();
}

function refuse(status: number, headers: Record<string, string> = {}): (e: FakeExchange) => void {
  return ({ sink }) => sink.head({ status, headers }).end();
}

async function run(options: ConstructorParameters<typeof PipelineRig>[0]): Promise<PipelineRig> {
  const rig = new PipelineRig(options);
  await rig.handled;
  return rig;
}

test("a whole answer is passed on byte by byte and accounted for", async () => {
  const rig = await run({ play: answer });
  expect(rig.client.bytes.equals(ANSWER)).toBe(true);
  expect(rig.observer.reports).toMatchObject([
    {
      outcome: "complete",
      status: 200,
      model: "llama",
      deploymentId: "a",
      attempts: 1,
      finishReason: "stop",
      principal: PRINCIPAL,
      stream: undefined,
      usage: { inputTokens: 7, outputTokens: 3, cachedInputTokens: undefined },
    },
  ]);
});

test.each([
  ["none", []],
  ["timing", ["x-slipstream-attempts", "x-slipstream-ttft-ms"]],
  ["all", ["x-slipstream-deployment", "x-slipstream-attempts", "x-slipstream-ttft-ms"]],
] as const)("what an answer tells of itself: %s", async (infoHeaders, names) => {
  const { client } = await run({
    infoHeaders,
    play: (exchange) => {
      if (exchange.request.deployment.id === "a") refuse(500)(exchange);
      else answer(exchange);
    },
  });
  const told = Object.entries(client.headers).filter(([name]) => name.startsWith("x-slipstream-"));
  expect(told.map(([name]) => name)).toEqual(names);
  expect(told).toEqual(
    names.map((name) => [
      name,
      name.endsWith("deployment") ? "b" : name.endsWith("attempts") ? "2" : "0.0",
    ]),
  );
});

test("the upstream gets the client's bytes with only the model name changed", async () => {
  const body = Buffer.from(
    `{ "messages" : [{"role":"user","content":"say \\"model\\": 1.10"}],\n"model":"l", "seed": 12345678901234567890 }`,
  );
  const rig = await run({ body, play: answer });
  const sent = await rig.upstream.exchanges[0]?.receive();
  expect(sent?.toString()).toBe(body.toString().replace(`"l"`, `"upstream-model"`));
});

test.each([
  [500, 3, "upstream_error", 502],
  [503, 3, "upstream_overloaded", 503],
  [429, 3, "upstream_rate_limited", 429],
  [401, 3, "upstream_refused_credentials", 502],
  [302, 3, "upstream_error", 502],
  [400, 1, "upstream_rejected", 400],
])("upstream status %i: %i attempts, %s, %i", async (status, attempts, code, clientStatus) => {
  const rig = await run({ play: refuse(status) });
  expect(rig.upstream.exchanges.map((e) => e.request.deployment.id)).toEqual(
    ["a", "b", "c"].slice(0, attempts),
  );
  expect(rig.client.status).toBe(clientStatus);
  expect(JSON.parse(rig.client.text)).toMatchObject({ error: { code, param: null } });
});

test("of an upstream's words the client reads what it has called things itself, and no address", async () => {
  const rig = await run({
    body: chatBody({ model: "l", topK2: 1 }),
    play: ({ sink }) => {
      const body = sink.head({ status: 400, headers: {} });
      const message = "Unknown field 'topK2' of model l at gpu7.firma.de, key ghp_abc123";
      body.frame(Buffer.from(JSON.stringify({ error: { message } })));
      body.end();
    },
  });
  const told = JSON.parse(rig.client.text) as { error: { message: string } };
  expect(told.error.message).toBe("Unknown field 'topK2' of model l at […], key […]");
});

test.each([
  ["three deployments have failed", undefined, refuse(500), "false"],
  ["the upstream has said when", undefined, refuse(429, { "retry-after": "7" }), undefined],
  ["there was no third deployment", testDeployment("a"), refuse(500), undefined],
  ["it is the request that is wrong", undefined, refuse(400), undefined],
])("a client is told whether to try again when %s", async (_when, only, play, told) => {
  const rig = await run({
    play,
    ...(only === undefined ? {} : { route: { deployments: [only] } }),
  });
  expect(rig.client.headers["x-should-retry"]).toBe(told);
});

test("the second deployment answers for the first", async () => {
  const plays = [refuse(500), answer];
  const rig = await run({ play: (exchange) => plays.shift()?.(exchange) });
  expect(rig.observer.types).toEqual([
    "request_start",
    "attempt_start",
    "attempt_end",
    "attempt_start",
    "attempt_end",
    "request_end",
  ]);
  expect(rig.observer.reports).toMatchObject([{ outcome: "complete", attempts: 2 }]);
});

test.each([
  ["7", "7"],
  ["1000000000", undefined],
  ["999999999", "3600"],
  ["Wed, 21 Oct 2026 07:28:00 GMT", undefined],
])("retry-after %s becomes %s", async (sent, received) => {
  const rig = await run({ play: refuse(429, { "retry-after": sent }) });
  expect(rig.client.headers["retry-after"]).toBe(received);
});

test("a stream that was asked for and not given goes to the next deployment", async () => {
  const rig = await run({ body: chatBody({ stream: true }), play: answer });
  expect(rig.upstream.exchanges).toHaveLength(3);
  expect(rig.observer.reports).toMatchObject([
    { outcome: "upstream_error", errorCode: "upstream_invalid_response", status: 502 },
  ]);
});

test.each([
  ["no JSON", Buffer.from("{"), "invalid_json", undefined],
  ["not UTF-8", Buffer.from([0x22, 0xff, 0x22]), "invalid_json", undefined],
  ["a byte order mark", Buffer.from("\uFEFF{}"), "invalid_json", undefined],
  ["no object", Buffer.from("[]"), "invalid_json", undefined],
  ["no model", Buffer.from(`{"messages":[1]}`), "invalid_request", "model"],
  ["no messages", Buffer.from(`{"model":"llama"}`), "invalid_request", "messages"],
  ["a wrong stream", chatBody({ stream: "yes" }), "invalid_request", "stream"],
  ["model twice", Buffer.from(`{"model":"a","mod\\u0065l":"llama"}`), "invalid_request", "model"],
  [
    "too deep",
    chatBody({ x: JSON.parse("[".repeat(200) + "]".repeat(200)) }),
    "invalid_request",
    undefined,
  ],
  ["an unknown model", chatBody({ model: "gpt" }), "model_not_found", "model"],
])("a body with %s never reaches an upstream", async (_name, body, code, param) => {
  const rig = await run({ body });
  expect(rig.upstream.exchanges).toEqual([]);
  expect(JSON.parse(rig.client.text)).toMatchObject({ error: { code, param: param ?? null } });
  expect(rig.observer.reports).toMatchObject([
    { outcome: "rejected", errorCode: code, attempts: 0 },
  ]);
});

test("a bug shows no inside to the client", async () => {
  const rig = await run({
    authenticate: () => {
      throw new TypeError("sk-secret is not a function");
    },
  });
  expect(rig.client.status).toBe(500);
  expect(rig.client.text).not.toContain("secret");
});

test("a stream that breaks after its first byte ends with an error event and a cut", async () => {
  const chunk = `data: {"choices":[{"delta":{"content":"x"}}]}\n\n`;
  const rig = await run({
    body: chatBody({ stream: true }),
    play: ({ sink }) => {
      const body = sink.head({ status: 200, headers: { "content-type": "text/event-stream" } });
      body.frame(Buffer.from(chunk));
      body.failed(new GatewayError("upstream_truncated", "The model's answer broke off."));
    },
  });
  expect(rig.client.text).toBe(
    `${chunk}data: {"error":{"message":"The model's answer broke off.","type":"server_error","param":null,"code":"upstream_truncated"}}\n\n`,
  );
  expect(rig.client.ending).toBe("cut");
  expect(rig.observer.reports).toMatchObject([
    { outcome: "upstream_truncated", status: 200, stream: { chunks: 1 } },
  ]);
});

test("what a failed attempt has reported is not told of the next one", async () => {
  const events = [
    `{"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":3}}`,
    `{"error":{"message":"boom"}}`,
  ];
  const failLate = ({ sink }: FakeExchange): void => {
    const body = sink.head({ status: 200, headers: { "content-type": "text/event-stream" } });
    body.frame(Buffer.from(events.map((event) => `data: ${event}\n\n`).join("")));
  };
  const plays = [failLate, refuse(500), refuse(500)];
  // It was our own wish, so the client does not see it, and another attempt is possible.
  const asked = { ...testDeployment("a"), streamUsage: "last" } as const;
  const rig = await run({
    body: chatBody({ stream: true }),
    route: { deployments: [asked, testDeployment("b"), testDeployment("c")] },
    play: (exchange) => plays.shift()?.(exchange),
  });
  expect(rig.observer.reports).toMatchObject([
    { attempts: 3, usage: undefined, stream: undefined, finishReason: undefined },
  ]);
});
