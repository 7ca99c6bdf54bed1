/**
 * The one table of settings: it drives parsing, error messages, `--help` and the table of README.md
 * (settings-table.test.ts compares them).
 */
import type { Scenario } from "./scenario.ts";
import { choice, integer, milliseconds, onOff, status, freeText } from "./setting.ts";
import type { Setting } from "./setting.ts";

export type SettingName = keyof Scenario;
type Settings = { readonly [Name in SettingName]: Setting<Scenario[Name]> };

/** Half an hour at 50 events a second. */
const TOKENS_MAX = 100_000;
/** An hour: longer than any deadline that a test may want to outlast. */
const WAIT_MS_MAX = 3_600_000;
const TOKEN_BYTES_MAX = 10_000_000;
const COUNT_MAX = 1_000_000;

export const SETTINGS: Settings = {
  tokens: integer(0, TOKENS_MAX, "content tokens, one event each"),
  ttft: milliseconds(WAIT_MS_MAX, "ms from the request to the first token"),
  gap: milliseconds(WAIT_MS_MAX, "ms from token to token, on a schedule that does not drift"),
  headersDelay: milliseconds(WAIT_MS_MAX, "ms from the request to the response headers"),

  content: choice("what the tokens are", {
    text: "`token_0 token_1 ...`",
    unicode: "multi-byte characters, joined emoji, combining marks",
    hostile: "text that looks like the protocol around it",
    reasoning: "`reasoningTokens` (or as many as `tokens`) of `reasoning_content`, then text",
    tools: "one tool call, its arguments in `tokens` pieces",
    empty: "none at all",
  }),
  tokenBytes: integer(0, TOKEN_BYTES_MAX, "pads the text of a token to this many bytes"),
  promptTokens: integer(0, COUNT_MAX, "reported prompt tokens"),
  cachedTokens: integer(0, COUNT_MAX, "reported cached prompt tokens"),
  reasoningTokens: integer(0, TOKENS_MAX, "reasoning tokens; hidden unless `content=reasoning`"),
  usage: choice("where token counts appear", {
    auto: "a last chunk, if the request asks for it",
    always: "a last chunk, asked or not",
    never: "nowhere",
    continuous: "in every chunk and in a last one, also if the request asks for it",
    finish: "in the chunk with the finish reason",
    negative: "a last chunk with -1",
    huge: "a last chunk with 1e308",
    string: "a last chunk with strings",
    twice: "two last chunks",
  }),
  role: onOff("a first chunk with the role, sent with the headers"),
  finish: freeText("the finish reason; `auto`: `stop` or `tool_calls`"),
  done: choice("the end of a stream", {
    on: "`[DONE]`",
    off: "nothing",
    "data-after": "`[DONE]`, then one more chunk",
  }),

  envelope: choice("how events are wrapped", {
    sse: "server-sent events",
    jsonl: "bare lines of JSON, no `[DONE]`",
  }),
  json: choice("how JSON is written", {
    compact: "as short as can be",
    spaced: "a space after `:` and `,`",
    python: "so, and ASCII only",
    indented: "on several lines, each a `data:` line",
  }),
  lineEnd: choice("line ends of events", { lf: "`\\n`", crlf: "`\\r\\n`", cr: "`\\r`" }),
  dataSpace: onOff("a space after `data:`"),
  eventField: onOff("an `event:` line in each event"),
  idField: onOff("an `id:` line in each event"),
  commentFirst: onOff("a comment before the first event"),
  commentEvery: integer(0, COUNT_MAX, "a comment after every so many events; 0: none"),
  bom: onOff("a byte order mark at the start"),

  eventsPerWrite: integer(0, COUNT_MAX, "events in one write; 0: all of them"),
  writesPerEvent: integer(1, 1_000, "cuts each event in so many writes"),
  writeBytes: integer(0, COUNT_MAX, "cuts the body every so many bytes, wherever that is; 0: off"),
  writeGap: milliseconds(WAIT_MS_MAX, "ms between the pieces; 0: the next turn of the event loop"),
  encoding: choice("content encoding of an answer with status 200", {
    identity: "none",
    gzip: "each event can be decoded when it arrives",
  }),

  answer: choice("what a request gets", {
    send: "an answer",
    hang: "silence, no headers ever",
    reset: "RST before headers",
    close: "FIN before headers",
  }),
  status: status("anything but 200 is answered with an error body"),
  body: choice("the body", { auto: "JSON or events", html: "a page of HTML", empty: "none" }),
  contentType: freeText("the content type header; `auto`: the right one"),
  retryAfter: freeText("the retry-after header; `date:5`: the date 5 s ahead; `none`: no header"),
  errorCode: freeText("`code` of a scripted error, digits become a number; `auto`: OpenAI's"),
  errorMessage: freeText("`message` of a scripted error; `auto`: some words"),
  connection: choice("the connection after the answer", {
    keep: "stays open",
    close: "announced and closed",
    drop: "closed `failGap` ms later, unannounced",
    extra: "a second response that nobody asked for, `failGap` ms later",
  }),

  fail: choice("what goes wrong after `failAfter` events", {
    none: "nothing",
    error: "an error event, then the end",
    "error-done": "an error event, then `[DONE]`",
    fin: "a proper end of the response, no `[DONE]`",
    cut: "FIN in the middle of an event",
    reset: "RST",
    stall: "silence, connection open",
    comments: "comments for ever, one per `failGap`",
    deltas: "empty deltas for ever, one per `failGap`",
    drip: "the rest byte by byte, one per `failGap`",
    malformed: "one event that is not JSON, then the rest",
    flood: "64 MiB without a line end, then the end",
  }),
  failAfter: integer(0, COUNT_MAX, "events before it, the role's included"),
  failGap: milliseconds(WAIT_MS_MAX, "ms, see `fail` and `connection`"),
  failFirst: integer(0, COUNT_MAX, "only the first so many requests of this scenario fail; 0: all"),
  failEvery: integer(0, COUNT_MAX, "only every so many-th request of this scenario fails; 0: all"),
  tag: freeText("no effect; tells two scenarios apart (own count for `failFirst`)"),
};
