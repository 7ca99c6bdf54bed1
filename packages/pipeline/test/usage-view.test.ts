/** Usage is always asked for; a client sees of it what it has asked for, and nothing else. */
import type { Deployment } from "@slipstream/contracts/deployment";
import { testDeployment } from "@slipstream/testkit/routes";
import { expect, test } from "vitest";
import { chatBody, PipelineRig } from "./pipeline-rig.ts";

const USAGE = `"usage":{"prompt_tokens":1,"completion_tokens":2}`;
const CHUNK = `data: {"choices":[{"index":0,"delta":{"content":"x"}}]}\n\n`;
const TOLD_CHUNK = `data: {"choices":[{"index":0,"delta":{"content":"x"}}],${USAGE}}\n\n`;
const FINISH = `data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n`;
const LAST = `data: {"choices":[],${USAGE}}\n\n`;
const DONE = "data: [DONE]\n\n";

const NOTHING = {};
const LAST_ONLY = { include_usage: true };
const ALL = { include_usage: true, continuous_usage_stats: true };

test.each<[Deployment["streamUsage"], object, object, string]>([
  ["last", NOTHING, LAST_ONLY, CHUNK + FINISH],
  ["last", { include_usage: false }, LAST_ONLY, CHUNK + FINISH],
  ["last", LAST_ONLY, LAST_ONLY, TOLD_CHUNK + FINISH + LAST],
  ["last", ALL, ALL, TOLD_CHUNK + FINISH + LAST],
  ["continuous", NOTHING, ALL, CHUNK + FINISH],
  ["continuous", LAST_ONLY, ALL, CHUNK + FINISH + LAST],
  ["continuous", ALL, ALL, TOLD_CHUNK + FINISH + LAST],
  ["off", NOTHING, NOTHING, TOLD_CHUNK + FINISH + LAST],
])("with %s, a client that asks for %j: %j upstream", async (streamUsage, wanted, asked, seen) => {
  const rig = new PipelineRig({
    body: chatBody({ stream: true, ...(wanted === NOTHING ? {} : { stream_options: wanted }) }),
    route: { deployments: [{ ...testDeployment("a"), streamUsage }] },
    play: ({ sink }) => {
      const headers = { "content-type": "text/event-stream" };
      const body = sink.head({ status: 200, headers });
      body.frame(Buffer.from(TOLD_CHUNK + FINISH + LAST + DONE));
      body.end();
    },
  });
  await rig.handled;
  expect(rig.client.text).toBe(seen + DONE);
  const sent = await rig.upstream.exchanges[0]?.receive();
  const { stream_options: told = {} } = JSON.parse(String(sent)) as { stream_options?: object };
  expect(told).toEqual(asked);
  expect(rig.observer.reports).toMatchObject([{ usage: { inputTokens: 1, outputTokens: 2 } }]);
});
