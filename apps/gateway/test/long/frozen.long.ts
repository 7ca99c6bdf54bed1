/** A process that stood still for longer than a stream may be silent: the silence was its own. */
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { streamOf } from "../gateway-rig.ts";
import { startMockProcess } from "../mock-process.ts";
import { sendChat } from "../raw-client.ts";
import type { RawClient } from "../raw-client.ts";
import { say } from "./say.ts";
import { besiege } from "./siege.ts";

const STREAMS = 20;
const STALL_MS = 2000;
const FROZEN_MS = 3000;
/** Eight seconds: they run before it, meanwhile and long after it. */
const TOKENS = 160;
const GAP_MS = 50;

test("stopped for 3 s with a stall deadline of 2 s, no stream is cut", async () => {
  const mock = await startMockProcess();
  onTestFinished(() => mock.close());
  const siege = await besiege(
    { chat: [`mock/tokens=${TOKENS},gap=${GAP_MS}`] },
    { upstreamUrl: mock.url, deadlines: { stallMs: STALL_MS } },
  );
  const streams = await Promise.all(
    Array.from({ length: STREAMS }, async () => {
      const client = await sendChat(siege, streamOf("chat"));
      await untilBegun(client);
      return client;
    }),
  );
  siege.kill("SIGSTOP");
  await sleep(FROZEN_MS);
  siege.kill("SIGCONT");
  const answers = await Promise.all(streams.map((client) => client.answered()));
  const whole = answers.filter(({ body, isWhole }) => isWhole && body.endsWith("data: [DONE]\n\n"));
  const codes = answers.map(({ body }) => /"code":"(\w+)"/.exec(body)?.[1]);
  say(`${whole.length} of ${STREAMS} whole; errors: ${JSON.stringify(codes.filter(Boolean))}`);
  expect(whole).toHaveLength(STREAMS);
  for (const { body } of whole) expect(body.match(/token_\d+/g)).toHaveLength(TOKENS);
});

async function untilBegun(client: RawClient): Promise<void> {
  while (!client.bytes.includes("token_2")) await once(client.socket, "data");
}
