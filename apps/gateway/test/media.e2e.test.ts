/** Files in both directions, over real sockets, with the published `openai` client where it can do it. */
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { Agent, createServer, request } from "node:http";
import type { ClientRequest, IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { buffer, text } from "node:stream/consumers";
import { countBufferBytes } from "@slipstream/testkit/collect-garbage";
import { eventually } from "@slipstream/testkit/eventually";
import OpenAI from "openai";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { readMetric, startRig } from "./gateway-rig.ts";
import type { GatewayRig } from "./gateway-rig.ts";

const MiB = 1024 * 1024;
const BOUNDARY = "----form-0123456789";
const MODEL_PART = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="model"\r\n\r\nwhisper\r\n`;
const FILE_HEADER = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\n\r\n`;
const FORM_END = `\r\n--${BOUNDARY}--\r\n`;

let rig: GatewayRig;
let client: OpenAI;
let server: Server;
/** What the upstream does with a request. */
let serve: (incoming: IncomingMessage, response: ServerResponse) => void | Promise<void>;

beforeAll(async () => {
  server = createServer((incoming, response) => void serve(incoming, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  rig = await startRig(
    { whisper: ["upstream-whisper"], voice: ["upstream-voice"], brush: ["upstream-brush"] },
    { upstreamUrl: `http://127.0.0.1:${port}/v1` },
  );
  client = new OpenAI({ baseURL: rig.gateway.baseUrl, apiKey: rig.key, maxRetries: 0 });
});

afterAll(async () => {
  await rig.close();
  server.closeAllConnections();
  server.close();
});

beforeEach(() => {
  serve = (_, response) => void response.writeHead(500).end();
});

/** What the upstream has received. */
interface Received {
  readonly path: string | undefined;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
}

/** The upstream reads a whole request and answers. @returns what it has read. */
function answerWith(contentType: string, body: string | Buffer): Received[] {
  const received: Received[] = [];
  serve = async (incoming, response) => {
    const { url: path, headers } = incoming;
    received.push({ path, headers, body: await buffer(incoming) });
    response.writeHead(200, { "content-type": contentType }).end(body);
  };
  return received;
}

interface UploadOptions {
  readonly agent?: Agent;
  readonly signal?: AbortSignal;
  readonly headers?: Readonly<Record<string, string>>;
}

function openUpload(options: UploadOptions): ClientRequest {
  const headers = {
    authorization: `Bearer ${rig.key}`,
    "content-type": `multipart/form-data; boundary=${BOUNDARY}`,
    ...options.headers,
  };
  const url = `${rig.gateway.baseUrl}/audio/transcriptions`;
  return request(url, { method: "POST", ...options, headers });
}

async function answerOf(upload: ClientRequest): Promise<Answer> {
  const [response] = (await once(upload, "response")) as [IncomingMessage];
  return { response, text: await text(response) };
}

/** Sends a form frame by frame, and holds nothing back itself. Stops when there is an answer. */
async function post(frames: Iterable<Buffer>, options: UploadOptions = {}): Promise<Answer> {
  const upload = openUpload(options);
  const body = Readable.from(frames, { objectMode: false });
  body.pipe(upload);
  const answer = await answerOf(upload);
  body.destroy();
  upload.destroy();
  return answer;
}

interface Answer {
  readonly response: IncomingMessage;
  readonly text: string;
}

test("transcribes a file of three megabytes whose model comes behind it", async () => {
  const answer = `{"text":"hello","usage":{"type":"tokens","input_tokens":14,"output_tokens":3}}`;
  const received = answerWith("application/json", answer);
  const sound = randomBytes(3 * MiB);
  const file = new File([sound], "speech.wav", { type: "audio/wav" });
  const transcription = await client.audio.transcriptions.create({ file, model: "whisper" });
  expect(transcription.text).toBe("hello");
  const [{ path, headers, body } = { path: "", headers: {}, body: sound }] = received;
  expect([path, headers["content-length"]]).toEqual([
    "/v1/audio/transcriptions",
    String(body.length),
  ]);
  expect(body.includes(sound)).toBe(true);
  expect(body.toString("latin1")).toMatch(/name="model"\r\n\r\nupstream-whisper\r\n/);
  expect(await readMetric(rig, "gen_ai_client_inference_usage_input_tokens_total")).toBe(14);
});

test("all but the model reaches the upstream as it was sent", async () => {
  const received = answerWith("text/plain", "1\n00:00:00,000");
  const form = Buffer.from(MODEL_PART + FILE_HEADER + "sound".repeat(500_000) + FORM_END);
  const answer = await post([form]);
  expect(answer.text).toBe("1\n00:00:00,000");
  expect(answer.response.headers["content-type"]).toBe("text/plain");
  const expected = form.toString().replace("\r\nwhisper\r\n", "\r\nupstream-whisper\r\n");
  expect(received[0]?.body.toString() === expected).toBe(true);
});

test("streams a transcription", async () => {
  const events = [
    { type: "transcript.text.delta", delta: "hel" },
    { type: "transcript.text.done", text: "hello" },
  ];
  answerWith("text/event-stream", events.map((e) => `data: ${JSON.stringify(e)}\n\n`).join(""));
  const file = new File(["sound"], "a.wav");
  const stream = await client.audio.transcriptions.create({ file, model: "whisper", stream: true });
  const types = [];
  for await (const event of stream) types.push(event.type);
  expect(types).toEqual(["transcript.text.delta", "transcript.text.done"]);
  // Its events are not read, so nothing is known of its first token: it must not count as one without.
  expect(await readMetric(rig, "slipstream_streams_total")).toBe(0);
});

test("edits an image", async () => {
  const received = answerWith("application/json", `{"created":1,"data":[{"b64_json":"AAAA"}]}`);
  const image = new File([randomBytes(100_000)], "a.png", { type: "image/png" });
  const { data } = await client.images.edit({ image, prompt: "a hat", model: "brush" });
  expect(data?.[0]?.b64_json).toBe("AAAA");
  expect(received[0]?.body.toString("latin1")).toContain("upstream-brush");
});

/** Looks so often that one look in the middle of a step does not count. */
const LOOKS = 20;

async function standsStill(read: () => number): Promise<void> {
  let seen = -1;
  let looks = 0;
  await eventually(() => {
    looks = read() === seen ? looks + 1 : 0;
    seen = read();
    expect(looks).toBe(LOOKS);
  });
}

test("an upload of twenty megabytes waits for its upstream, and not in memory", async () => {
  const framesMax = 20 * 16;
  const sent = createHash("sha256").update(MODEL_PART.replace("whisper", "upstream-whisper"));
  const received = createHash("sha256");
  let made = 0;
  const makeFile = function* (): Generator<Buffer> {
    yield Buffer.from(MODEL_PART);
    for (; made < framesMax; made++) {
      const frame = made === 0 ? Buffer.from(FILE_HEADER) : randomBytes(MiB / 16);
      sent.update(frame);
      yield frame;
    }
    sent.update(FORM_END);
    yield Buffer.from(FORM_END);
  };
  const waiting: IncomingMessage[] = [];
  serve = (upload, response) => {
    waiting.push(upload);
    upload.on("data", (frame: Buffer) => received.update(frame)).pause();
    upload.on("end", () => response.writeHead(200, { "content-type": "text/plain" }).end("ok"));
  };
  const answer = post(makeFile());
  await eventually(() => expect(waiting).toHaveLength(1));
  const before = countBufferBytes();
  // Only the buffers of the sockets fill up now.
  await standsStill(() => made);
  expect(made).toBeLessThan(framesMax);
  await eventually(() => expect(countBufferBytes() - before).toBeLessThan(MiB));
  waiting[0]?.resume();
  expect((await answer).text).toBe("ok");
  expect(received.digest("hex")).toBe(sent.digest("hex"));
});

/** A form's beginning, and then as much as is taken of it. */
function* endlessForm(): Generator<Buffer> {
  yield Buffer.from(MODEL_PART + FILE_HEADER);
  const frame = Buffer.alloc(64 * 1024);
  for (;;) yield frame;
}

/** The upstream reads a request that will not end. @returns its requests; `errored` says how they did. */
function readOn(): IncomingMessage[] {
  const requests: IncomingMessage[] = [];
  serve = (incoming) => {
    requests.push(incoming);
    incoming.resume().on("error", () => undefined);
  };
  return requests;
}

test("an upload that grows too large is refused while it is sent", async () => {
  const requests = readOn();
  const answer = await post(endlessForm());
  expect(answer.response.statusCode).toBe(413);
  expect(JSON.parse(answer.text)).toMatchObject({ error: { code: "body_too_large" } });
  await eventually(() => expect(requests.map(({ errored }) => errored !== null)).toEqual([true]));
});

test("a refused upload does not break its connection for what comes next", async () => {
  answerWith("text/plain", "hello");
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const form = Buffer.from(MODEL_PART + FILE_HEADER + "x".repeat(26 * MiB) + FORM_END);
  const answers = [];
  for (const body of [form, form.subarray(0, 1000)]) {
    const upload = openUpload({ agent, headers: { "content-length": String(body.length) } });
    const answer = answerOf(upload);
    // Like many clients, it is through only when everything has been sent.
    await new Promise<void>((resolve) => upload.end(body, resolve));
    answers.push([(await answer).response.statusCode, upload.reusedSocket]);
  }
  agent.destroy();
  expect(answers).toEqual([
    [413, false],
    [200, true],
  ]);
});

test("a client that leaves in the middle takes the upstream's request along", async () => {
  const aborted = { endpoint: "audio_transcriptions", outcome: "client_abort" };
  const requests = readOn();
  const leaving = new AbortController();
  const answer = post(endlessForm(), { signal: leaving.signal });
  await eventually(() => expect(requests).toHaveLength(1));
  leaving.abort();
  await expect(answer).rejects.toThrow("aborted");
  await eventually(() => expect(requests[0]?.errored).not.toBe(null));
  await eventually(async () =>
    expect(await readMetric(rig, "slipstream_requests_total", aborted)).toBe(1),
  );
});

test("an upstream that refuses before it has read is heard by a client that is still sending", async () => {
  serve = (_, response) => {
    response.writeHead(400, { "content-type": "application/json" });
    response.end(`{"error":{"message":"This format is not supported."}}`);
  };
  const answer = await post(endlessForm());
  expect(answer.response.statusCode).toBe(400);
  expect(JSON.parse(answer.text)).toMatchObject({
    error: { code: "upstream_rejected", message: "This format is not supported." },
  });
});

test("speaks", async () => {
  const sound = randomBytes(300_000);
  const received = answerWith("audio/mpeg", sound);
  const response = await client.audio.speech.create({
    model: "voice",
    input: "hi",
    voice: "alloy",
  });
  expect(response.headers.get("content-type")).toBe("audio/mpeg");
  expect(Buffer.from(await response.arrayBuffer()).equals(sound)).toBe(true);
  expect(JSON.parse(received[0]?.body.toString() ?? "")).toEqual({
    model: "upstream-voice",
    input: "hi",
    voice: "alloy",
  });
});

test.each([
  ["of known length", "300000"],
  ["of unknown length", null],
])("speech %s that breaks off never looks whole", async (_how, bytes) => {
  serve = (_, response) => {
    if (bytes !== null) response.setHeader("content-length", bytes);
    response.writeHead(200, { "content-type": "audio/mpeg" });
    response.write(randomBytes(1000), () => response.destroy());
  };
  const response = await client.audio.speech.create({
    model: "voice",
    input: "hi",
    voice: "alloy",
  });
  expect(response.headers.get("content-length")).toBe(bytes);
  await expect(response.arrayBuffer()).rejects.toThrow();
});

test("a slow listener holds the speaker back", async () => {
  let written = 0;
  serve = (_, response) => {
    response.writeHead(200, { "content-type": "audio/wav" });
    const write = (): void => {
      while (written < 64 * MiB) {
        written += MiB;
        if (!response.write(Buffer.alloc(MiB))) return;
      }
      response.end();
    };
    response.on("drain", write);
    write();
  };
  const response = await client.audio.speech.create({
    model: "voice",
    input: "hi",
    voice: "alloy",
  });
  await standsStill(() => written);
  expect(written).toBeLessThan(48 * MiB);
  expect((await response.arrayBuffer()).byteLength).toBe(64 * MiB);
});
