/** First answers after which the answer of the model may still come. */
const ERROR = { error: { message: "no", type: "server_error", param: null, code: null } };

export interface FirstAnswer {
  readonly name: string;
  readonly status: number;
  /** `good`: an answer as of status 200. */
  readonly body: "none" | "error" | "good";
}

export const FIRST_ANSWERS: readonly FirstAnswer[] = [
  ...[204, 205, 304].map((status) => toFirst(status, "none")),
  ...[201, 206].map((status) => toFirst(status, "good")),
  ...[302, 400, 401, 404, 408, 429, 500, 503, 504].map((status) => toFirst(status, "error")),
  { name: "200 with an error", status: 200, body: "error" },
];

function toFirst(status: number, body: FirstAnswer["body"]): FirstAnswer {
  return { name: String(status), status, body };
}

/** What every answer repeats of its request. */
export const NONCE: RegExp = /nonce-[0-9a-f]+-[0-9a-f]+/g;

export function toFirstText(
  { status, body }: FirstAnswer,
  isStream: boolean,
  nonce: string,
): string {
  if (body === "good") return toGoodText(status, isStream, nonce);
  const location = status === 302 ? "location: /v1/elsewhere\r\n" : "";
  const head = `HTTP/1.1 ${status} First\r\n${location}`;
  if (status === 204 || status === 304) return `${head}\r\n`;
  if (body === "none") return `${head}content-length: 0\r\n\r\n`;
  if (status === 200 && isStream) {
    return toText(head, "text/event-stream", `data: ${JSON.stringify(ERROR)}\n\n`);
  }
  return toText(head, "application/json", JSON.stringify(ERROR));
}

/** A well-formed answer that says the nonce. */
export function toGoodText(status: number, isStream: boolean, nonce: string): string {
  const head = `HTTP/1.1 ${status} OK\r\n`;
  const shared = { id: "chatcmpl-late", created: 1, model: "late" };
  const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };
  if (!isStream) {
    const message = { role: "assistant", content: nonce };
    const choices = [{ index: 0, message, finish_reason: "stop" }];
    const json = { ...shared, object: "chat.completion", choices, usage };
    return toText(head, "application/json", JSON.stringify(json));
  }
  const object = "chat.completion.chunk";
  const delta = { role: "assistant", content: nonce };
  const events = [
    { ...shared, object, choices: [{ index: 0, delta, finish_reason: null }] },
    { ...shared, object, choices: [{ index: 0, delta: {}, finish_reason: "stop" }] },
    { ...shared, object, choices: [], usage },
  ].map((event) => `data: ${JSON.stringify(event)}\n\n`);
  return toText(head, "text/event-stream", `${events.join("")}data: [DONE]\n\n`);
}

function toText(head: string, type: string, body: string): string {
  return `${head}content-type: ${type}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}
