/**
 * A scenario: everything about one answer that can be scripted.
 *
 * The field names are the keys of the syntax (scenario-syntax.ts); what each means and accepts is
 * said once, in settings.ts. Units: times in milliseconds, sizes in bytes.
 */
export interface Scenario {
  readonly tokens: number;
  readonly ttft: number;
  readonly gap: number;
  readonly headersDelay: number;

  readonly content: "text" | "unicode" | "hostile" | "reasoning" | "tools" | "empty";
  readonly tokenBytes: number;
  readonly promptTokens: number;
  readonly cachedTokens: number;
  readonly reasoningTokens: number;
  readonly usage: UsageMode;
  readonly role: boolean;
  readonly finish: string;
  readonly done: "on" | "off" | "data-after";

  readonly envelope: "sse" | "jsonl";
  readonly json: "compact" | "spaced" | "python" | "indented";
  readonly lineEnd: "lf" | "crlf" | "cr";
  readonly dataSpace: boolean;
  readonly eventField: boolean;
  readonly idField: boolean;
  readonly commentFirst: boolean;
  readonly commentEvery: number;
  readonly bom: boolean;

  readonly eventsPerWrite: number;
  readonly writesPerEvent: number;
  readonly writeBytes: number;
  readonly writeGap: number;
  readonly encoding: "identity" | "gzip";

  readonly answer: "send" | "hang" | "reset" | "close";
  readonly status: number;
  readonly body: "auto" | "html" | "empty";
  readonly contentType: string;
  readonly retryAfter: string;
  readonly errorCode: string;
  readonly errorMessage: string;
  readonly connection: "keep" | "close" | "drop" | "extra";

  readonly fail: FailKind;
  readonly failAfter: number;
  readonly failGap: number;
  readonly failFirst: number;
  readonly failEvery: number;
  readonly tag: string;
}

export type UsageMode =
  | "auto"
  | "always"
  | "never"
  | "continuous"
  | "finish"
  | "negative"
  | "huge"
  | "string"
  | "twice";

export type FailKind =
  | "none"
  | "error"
  | "error-done"
  | "fin"
  | "cut"
  | "reset"
  | "stall"
  | "comments"
  | "deltas"
  | "drip"
  | "malformed"
  | "flood";

export const DEFAULT_SCENARIO: Scenario = {
  tokens: 16,
  ttft: 0,
  gap: 0,
  headersDelay: 0,

  content: "text",
  tokenBytes: 0,
  promptTokens: 12,
  cachedTokens: 0,
  reasoningTokens: 0,
  usage: "auto",
  role: true,
  finish: "auto",
  done: "on",

  envelope: "sse",
  json: "compact",
  lineEnd: "lf",
  dataSpace: true,
  eventField: false,
  idField: false,
  commentFirst: false,
  commentEvery: 0,
  bom: false,

  eventsPerWrite: 1,
  writesPerEvent: 1,
  writeBytes: 0,
  writeGap: 0,
  encoding: "identity",

  answer: "send",
  status: 200,
  body: "auto",
  contentType: "auto",
  retryAfter: "none",
  errorCode: "auto",
  errorMessage: "auto",
  connection: "keep",

  fail: "none",
  failAfter: 0,
  failGap: 100,
  failFirst: 0,
  failEvery: 0,
  tag: "none",
};
