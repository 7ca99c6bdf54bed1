/** F18: clients that leave, at every phase of their request and in every way. */
import { once } from "node:events";
import { eventually } from "@slipstream/testkit/eventually";
import { expect, test } from "vitest";
import { readMetric, streamOf } from "../gateway-rig.ts";
import type { GatewayRig } from "../gateway-rig.ts";
import { LEAVINGS, RawClient, sendChat, toRawChat } from "../raw-client.ts";
import { expectUpstream, settle, startFaultRig } from "./fault-rig.ts";
import type { ExpectedAccounts } from "./fault-rig.ts";

interface Phase {
  /** Brings a request there. */
  readonly reach: (rig: GatewayRig, client: RawClient) => Promise<unknown>;
  /** How the upstream sees its requests end. */
  readonly upstream: readonly string[];
  readonly accounts: ExpectedAccounts;
}

const MODELS = {
  chat: ["mock/tokens=10000,gap=5"],
  slow: ["mock/answer=hang"],
  short: ["mock/tokens=5"],
};

function send(rig: GatewayRig, client: RawClient, model: string): void {
  const { head, body } = toRawChat(rig, streamOf(model));
  client.send(head, body);
}

async function receive(client: RawClient, text: string): Promise<void> {
  while (!client.bytes.includes(text)) await once(client.socket, "data");
}

const NOTHING_COUNTED = { outcomes: {}, errors: {}, attempts: {}, records: [] };

const PHASES: Readonly<Record<string, Phase>> = {
  "before its headers are whole": {
    reach: async (rig, client) => {
      client.send(toRawChat(rig, streamOf("chat")).head.slice(0, -20));
      await eventually(() => expect(client.socket.writableLength).toBe(0));
    },
    upstream: [],
    accounts: NOTHING_COUNTED,
  },
  "in the middle of its body": {
    reach: async (rig, client) => {
      // From here on the key is known at once: who leaves while it is looked up answers for nothing.
      await (await sendChat(rig, streamOf("short"))).answered();
      await untilOpen(rig, 0);
      const { head, body } = toRawChat(rig, streamOf("chat"));
      client.send(head, body.slice(0, -10));
      await untilOpen(rig, 1);
    },
    upstream: ["complete"],
    accounts: {
      outcomes: { client_abort: 1, complete: 1 },
      errors: {},
      attempts: { answered: 1 },
      records: [
        { model: null, outcome: "client_abort", source: "none", provider: null },
        { model: "short", outcome: "complete", source: "reported" },
      ],
    },
  },
  "waiting for headers": {
    reach: async (rig, client) => {
      send(rig, client, "slow");
      await expectUpstream(rig, ["running"]);
    },
    upstream: ["client_abort"],
    accounts: {
      outcomes: { client_abort: 1 },
      errors: {},
      attempts: { abandoned: 1 },
      records: [{ outcome: "client_abort", source: "none", provider: "mock" }],
    },
  },
  "in the middle of its stream": {
    reach: (rig, client) => {
      send(rig, client, "chat");
      return receive(client, "token_2");
    },
    upstream: ["client_abort"],
    accounts: {
      outcomes: { client_abort: 1 },
      errors: {},
      attempts: { abandoned: 1 },
      records: [{ outcome: "client_abort", source: "estimated" }],
    },
  },
  "after [DONE]": {
    reach: (rig, client) => {
      send(rig, client, "short");
      return receive(client, "[DONE]");
    },
    upstream: ["complete"],
    accounts: {
      outcomes: { complete: 1 },
      errors: {},
      attempts: { answered: 1 },
      records: [{ outcome: "complete", source: "reported", outputTokens: 5 }],
    },
  },
};

async function untilOpen(rig: GatewayRig, requests: number): Promise<void> {
  await eventually(async () =>
    expect(await readMetric(rig, "slipstream_inflight_requests")).toBe(requests),
  );
}

const CASES = Object.entries(PHASES).flatMap(([when, phase]) =>
  LEAVINGS.map((how) => ({ how, when, phase })),
);

test.each(CASES)("F18 a client leaves with $how $when", async ({ how, phase }) => {
  const rig = await startFaultRig(MODELS);
  const client = await RawClient.connect(rig);
  await phase.reach(rig, client);
  client.leave(how);
  await client.closed;
  await expectUpstream(rig, phase.upstream);
  const text = client.bytes.toString();
  expect(text.includes("[DONE]")).toBe(phase === PHASES["after [DONE]"]);
  const { records, ...counts } = await settle(rig);
  const { records: expectedRecords, ...expectedCounts } = phase.accounts;
  expect(counts).toEqual(expectedCounts);
  expect(records).toMatchObject(expectedRecords);
  // What a client has seen it answers for.
  const tokens = text.match(/token_/g)?.length ?? 0;
  expect(records[0]?.outputTokens ?? 0).toBeGreaterThanOrEqual(tokens);
});
