/** An error in mid-stream reaches whoever reads at a pace of its own, and the connection is cut behind it. */
import { setTimeout } from "node:timers/promises";
import OpenAI from "openai";
import { afterAll, beforeAll, expect, test } from "vitest";
import { postChat, readMetric, startRig, streamOf } from "./gateway-rig.ts";
import type { GatewayRig } from "./gateway-rig.ts";
import { sendChat } from "./raw-client.ts";

const CLIENTS = 30;
const CODE = "upstream_truncated";

let rig: GatewayRig;

beforeAll(async () => {
  rig = await startRig({
    // The role and five tokens, each in a packet of its own.
    broken: ["mock/fail=reset,failAfter=6,tokens=9,gap=2"],
    whole: ["mock/tokens=2"],
  });
});

afterAll(() => rig.close());

/** Reads until the body ends in whatever way. */
async function readSlowly(paceMs: number): Promise<{ text: string; isWhole: boolean }> {
  const { body } = await postChat(rig, streamOf("broken"));
  const decoder = new TextDecoder();
  let text = "";
  try {
    for await (const piece of body ?? []) {
      text += decoder.decode(piece, { stream: true });
      if (paceMs > 0) await setTimeout(paceMs);
    }
    return { text, isWhole: true };
  } catch {
    return { text, isWhole: false };
  }
}

test.each([0, 10, 50])("fetch that takes a chunk every %i ms", async (paceMs) => {
  const read = await Promise.all(Array.from({ length: CLIENTS }, () => readSlowly(paceMs)));
  expect(read.filter(({ text }) => text.includes(`"code":"${CODE}"`))).toHaveLength(CLIENTS);
  expect(read.filter(({ text, isWhole }) => isWhole || text.includes("[DONE]"))).toEqual([]);
});

test.each([0, 10, 50])("the openai client that takes a chunk every %i ms", async (paceMs) => {
  const client = new OpenAI({ baseURL: rig.gateway.baseUrl, apiKey: rig.key, maxRetries: 0 });
  const messages = [{ role: "user", content: "hi" }] as const satisfies unknown[];
  const readOne = async (): Promise<unknown> => {
    const stream = await client.chat.completions.create({
      model: "broken",
      messages,
      stream: true,
    });
    try {
      let chunks = 0;
      for await (const { choices } of stream) {
        chunks += choices.length;
        if (paceMs > 0) await setTimeout(paceMs);
      }
      return `no error after ${chunks} chunks`;
    } catch (error) {
      return error instanceof OpenAI.APIError ? error.code : error;
    }
  };
  const readByHelper = async (): Promise<unknown> => {
    const runner = client.chat.completions.stream({ model: "broken", messages });
    return await runner.done().catch((error: unknown) => {
      return error instanceof OpenAI.APIError ? error.code : error;
    });
  };
  const told = await Promise.all(
    Array.from({ length: CLIENTS }, (_, index) => (index % 2 === 0 ? readOne() : readByHelper())),
  );
  expect(told).toEqual(Array.from({ length: CLIENTS }, () => CODE));
});

test("a request that follows on the connection is not answered", async () => {
  const client = await sendChat(rig, streamOf("broken"));
  while (!client.bytes.includes(CODE)) await setTimeout(1);
  client.send(`GET /v1/models HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${rig.key}\r\n\r\n`);
  await client.closed;
  expect(client.answers).toHaveLength(1);
  expect(client.bytes.subarray(-40).toString()).toContain(`"code":"${CODE}"}}\n\n\r\n`);
});

test("who has read the error and closes ends it at once", async () => {
  const client = await sendChat(rig, streamOf("broken"));
  while (!client.bytes.includes(CODE)) await setTimeout(1);
  // The upstream is let go before.
  expect(rig.mock.stats().recent.at(-1)).toMatchObject({ outcome: "scripted_failure" });
  const readMs = performance.now();
  client.socket.end();
  await client.closed;
  expect(performance.now() - readMs).toBeLessThan(250);
});

test("each of them has ended, once, as it was told", async () => {
  const count = (outcome: string): Promise<number> =>
    readMetric(rig, "slipstream_requests_total", { outcome });
  const wanted = 6 * CLIENTS + 2;
  while ((await readMetric(rig, "slipstream_inflight_requests")) > 0) await setTimeout(20);
  expect(await count("upstream_truncated")).toBe(wanted);
});
