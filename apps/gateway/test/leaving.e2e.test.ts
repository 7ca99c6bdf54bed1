/** A client that leaves between the finish reason and the usage, over real sockets. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { eventually } from "@slipstream/testkit/eventually";
import { afterAll, beforeAll, expect, test } from "vitest";
import { postChat, readMetric, startRig, streamOf } from "./gateway-rig.ts";
import type { GatewayRig } from "./gateway-rig.ts";

const CONTENT = { choices: [{ index: 0, delta: { content: "word".repeat(1000) } }] };
const FINISH = { choices: [{ index: 0, delta: {}, finish_reason: "stop" }] };
const USAGE = { choices: [], usage: { prompt_tokens: 7, completion_tokens: 6000 } };

function toEvent(data: object): string {
  return `data: ${JSON.stringify(data)}\n\n`;
}

/** Requests whose usage has not been told yet. */
const waiting: ServerResponse[] = [];
const upstream = createServer((_request, response) => {
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.write(toEvent(CONTENT) + toEvent(FINISH));
  waiting.push(response);
});
let rig: GatewayRig;

beforeAll(async () => {
  upstream.listen(0, "127.0.0.1");
  await once(upstream, "listening");
  const { port } = upstream.address() as AddressInfo;
  rig = await startRig({ chat: ["any"] }, { upstreamUrl: `http://127.0.0.1:${port}/v1` });
});

afterAll(async () => {
  await rig.close();
  upstream.close();
});

/** Reads until the finish reason, and hangs up. @returns the upstream's side. */
async function leaveAtFinish(): Promise<ServerResponse> {
  const response = await postChat(rig, streamOf("chat"));
  const reader = response.body?.getReader();
  let text = "";
  while (!text.includes('"finish_reason":"stop"')) {
    const read = await reader?.read();
    if (read?.done !== false) throw new Error("no finish reason came");
    text += Buffer.from(read.value).toString();
  }
  await reader?.cancel();
  const upstreamResponse = waiting.pop();
  if (upstreamResponse === undefined) throw new Error("nothing was asked");
  return upstreamResponse;
}

async function settledAs(expected: readonly string[]): Promise<void> {
  await eventually(async () => {
    const { records } = await rig.store.usageReports.listUsage({});
    const settled = records.map((r) => `${r.outcome} ${r.outputTokens} ${r.source}`);
    expect(settled.toSorted()).toEqual(expected);
    expect(await readMetric(rig, "slipstream_inflight_requests")).toBe(0);
  });
}

test("pays what was reported, and the upstream's connection goes on being used", async () => {
  const first = await leaveAtFinish();
  const { socket } = first;
  first.end(`${toEvent(USAGE)}data: [DONE]\n\n`);
  await settledAs(["client_abort 6000 reported"]);
  const second = await leaveAtFinish();
  expect(second.socket).toBe(socket);

  // This one is never told.
  await once(second, "close");
  await settledAs(["client_abort 1000 estimated", "client_abort 6000 reported"]);
});
