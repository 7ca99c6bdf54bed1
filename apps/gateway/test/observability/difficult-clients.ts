/** Clients that leave, or that read too slowly. Each resolves when the gateway is done with it. */
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import type { Callable } from "../gateway-rig.ts";
import { RawClient, sendChat, toRawChat } from "../raw-client.ts";

/** Long enough for the request to be with the upstream, short of any deadline. ms. */
const WAIT_MS = 300;
/** More than a deadline that a busy gateway looks at late. ms. */
const PATIENCE_MS = 2_000;
/** Longer than the operating system's buffers are being filled, short of the deadline. ms. */
const PAUSE_MS = 700;

/** @param tokens After which the upstream falls silent, so that no other is on its way. */
export async function leaveInTheMiddle(
  rig: Callable,
  fields: object,
  tokens: number,
): Promise<void> {
  const client = await sendChat(rig, fields);
  const last = `token_${tokens - 1}`;
  while (!client.bytes.includes(last)) await once(client.socket, "data");
  client.leave("reset");
  await client.closed;
}

export async function leaveWhileWaiting(rig: Callable, fields: object): Promise<void> {
  const client = await sendChat(rig, fields);
  await sleep(WAIT_MS);
  client.leave("fin");
  await client.closed;
}

export async function readSlowly(rig: Callable, fields: object): Promise<void> {
  const client = await connectDeaf(rig, fields);
  await sleep(PAUSE_MS);
  const received: Buffer[] = [];
  client.socket.on("data", (bytes) => received.push(bytes)).resume();
  while (!Buffer.concat(received.slice(-2)).includes("[DONE]")) await once(client.socket, "data");
  client.leave("fin");
  await client.closed;
}

/** @param stallMs After which the gateway gives it up. */
export async function readNothing(rig: Callable, fields: object, stallMs: number): Promise<void> {
  const client = await connectDeaf(rig, fields);
  // Whoever reads nothing does not hear either that the connection is gone.
  await sleep(stallMs + PATIENCE_MS);
  client.socket.resume();
  await client.closed;
}

async function connectDeaf(rig: Callable, fields: object): Promise<RawClient> {
  const client = await RawClient.connectDeaf(rig);
  const { head, body } = toRawChat(rig, fields);
  return client.send(head, body);
}
