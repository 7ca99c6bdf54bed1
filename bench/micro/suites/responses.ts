/** Events of the Responses API, and the hash of what was sent. */
import { createHash, hash } from "node:crypto";
import {
  CREATED_EVENT,
  DELTA_EVENT,
  toDeltaEvent,
  verifyResponseEvents,
} from "../fixtures/response-events.ts";
import { GrowingBytes } from "../growing-bytes.ts";
import { toHashTasks } from "./hash-tasks.ts";
import { ofKind, TURN } from "../task.ts";
import type { Suite, Task } from "../task.ts";

const EVENTS = 200;
const CHUNK = Buffer.from("token_chunk_data_here_");
const DELTA_JSON = JSON.stringify(DELTA_EVENT);

function toLine(type: string, json: string): string {
  return `event: ${type}\ndata: ${json}\n\n`;
}

const accumulated = new GrowingBytes(4096);
const stream = new GrowingBytes(32 * 1024);

async function appendAwaiting(): Promise<number> {
  accumulated.clear();
  for (let event = 0; event < EVENTS; event++) {
    await TURN;
    accumulated.append(CHUNK);
  }
  return accumulated.length;
}

function appendAtOnce(): number {
  accumulated.clear();
  for (let event = 0; event < EVENTS; event++) accumulated.append(CHUNK);
  return accumulated.length;
}

async function streamEvents(): Promise<number> {
  stream.clear();
  for (let event = 0; event < EVENTS; event++) {
    const delta = toDeltaEvent(event);
    const line = toLine(delta.type, JSON.stringify(delta));
    await TURN;
    stream.appendText(line);
  }
  return stream.length;
}

const REFERENCE: readonly Task[] = ofKind("reference", [
  {
    id: "response_event_serialize/delta",
    does: "a delta of 108 bytes to JSON",
    run: () => JSON.stringify(DELTA_EVENT),
  },
  {
    id: "response_event_serialize/created",
    does: "a created event of 899 bytes to JSON",
    fidelity: "903 bytes in the reference, which writes 1.0 where JavaScript writes 1",
    run: () => JSON.stringify(CREATED_EVENT),
  },
  {
    id: "sse_format_response/format_sse_line",
    does: "a delta's JSON framed as an event of 150 bytes",
    fidelity: "to bytes: a text alone would be joined only when it is read",
    run: () => Buffer.from(toLine("response.output_text.delta", DELTA_JSON), "latin1"),
  },
  {
    id: "mutex_accumulation/tokio_mutex_200_events",
    does: "200 pieces of 22 bytes appended, with an await before each",
    published: "5.2 µs",
    fidelity: "the await stands for the lock",
    run: appendAwaiting,
  },
  {
    id: "mutex_accumulation/std_mutex_200_events",
    does: "200 pieces of 22 bytes appended",
    published: "1.9 µs",
    fidelity: "without the lock: there is one thread",
    run: appendAtOnce,
  },
  {
    id: "response_stream/200_delta_events",
    does: "200 deltas made, to JSON, framed and appended, with an await before each",
    run: streamEvents,
  },
  ...toHashTasks("sha256_accumulated"),
]);

export const RESPONSES: Suite = {
  name: "responses",
  tasks: REFERENCE,
  missing: [
    { id: "response_event_serialize", why: "events of the Responses API are not made here yet" },
    { id: "response_stream", why: "as above" },
    { id: "sha256_accumulated", why: "answers are not signed yet" },
  ],
  verify() {
    verifyResponseEvents();
    if (toLine("response.output_text.delta", DELTA_JSON).length !== 150) throw new Error("a line");
    if (appendAtOnce() !== 4400) throw new Error("200 pieces are 4,400 bytes");
    const both = [createHash("sha256").update("x").digest("hex"), hash("sha256", "x", "hex")];
    if (both[0] !== both[1]) throw new Error("two hashes of the same differ");
  },
};
