/**
 * Names of a request's fields that no upstream may read otherwise than we do: which model answers, at whose
 * cost, and what we hold to a limit.
 *
 * Go's `encoding/json`, which Ollama, LocalAI and many gateways use, takes `Model`, `MODEL` and even `ſtream`
 * for the fields that they look like, and of several the last one counts: beside a `model` that we have read
 * it would buy another one at its price.
 */
import { GatewayError } from "@slipstream/contracts/errors";

/** Where an answer comes from and who pays for it is the configuration's to say, never a request's. */
const REFUSED_FIELDS: ReadonlySet<string> = new Set([
  "api_base",
  "api_key",
  "base_url",
  "custom_llm_provider",
  "extra_headers",
  "mock_response",
]);

/**
 * Other models that gateways try in place of the one that was asked for. OpenRouter, Vercel and ngrok:
 * `models`, `route`; LiteLLM: `fallbacks` and their kinds, and a list of deployments of the client's own;
 * AssemblyAI: `fallback_config`.
 */
const FALLBACK_FIELDS: readonly string[] = [
  "models",
  "route",
  "fallbacks",
  "fallback_models",
  "fallback_config",
  "default_fallbacks",
  "context_window_fallbacks",
  "context_window_fallback_dict",
  "content_policy_fallbacks",
  "model_list",
  "router_settings_override",
  "user_config",
];

/** What a request costs hangs on these too. */
const METERED_FIELDS: readonly string[] = [
  "model",
  "stream",
  "stream_options",
  "n",
  "best_of",
  "max_tokens",
  "max_completion_tokens",
  "logprobs",
  "top_logprobs",
  "stop",
];

/** Endpoints look whether there is something in them. */
const INPUT_FIELDS: readonly string[] = ["messages", "prompt", "input", "query", "documents"];

/**
 * Objects whose members a server may take for the body's own (LiteLLM merges `extra_body`), or in which a
 * gateway looks for other models (Vercel's `providerOptions.gateway`, orq.ai's `orq`).
 */
const EXTENSIONS: readonly (readonly string[])[] = [
  ["extra_body"],
  ["providerOptions", "gateway"],
  ["provider_options", "gateway"],
  ["orq"],
];

const CHOOSING_FIELDS: ReadonlySet<string> = new Set([
  ...REFUSED_FIELDS,
  ...FALLBACK_FIELDS,
  ...METERED_FIELDS,
]);

/** As they are written, by how they are folded. */
const KNOWN_FIELDS: ReadonlyMap<string, string> = new Map(
  [...CHOOSING_FIELDS, ...INPUT_FIELDS, ...EXTENSIONS.flatMap(([name = ""]) => name)].map(
    (name) => [fold(name), name],
  ),
);

/** Characters of the longest of them. */
const NAME_MAX = Math.max(...[...KNOWN_FIELDS.keys()].map((name) => name.length));

/** Characters that an ASCII letter in lower case may stand for: `A` to `Z`, `ſ` and the sign for kelvin. */
const FOLDED = /[A-Z\u017F\u212A]/;

/** Characters of a client's field name that an error repeats. */
const NAME_SHOWN_MAX = 64;

/**
 * Warm: for nearly every name a look into a set and one at its characters.
 *
 * @param name Of a body's member, or of a form's part.
 * @throws {GatewayError} `invalid_request` for a name that is refused, or that only looks like one of ours.
 */
export function checkFieldName(name: string): void {
  if (REFUSED_FIELDS.has(name)) throw refusedField(name);
  if (name.length > NAME_MAX || !FOLDED.test(name)) return;
  const known = KNOWN_FIELDS.get(fold(name));
  if (known === undefined || known === name) return;
  const message = `A field is called almost like \`${known}\`, and some servers take it for that one.`;
  throw toInvalid(name, message);
}

/** @throws {GatewayError} `invalid_request`. Of a form's value we know nothing when its name has come. */
export function checkPartName(name: string): void {
  checkFieldName(name);
  if (FALLBACK_FIELDS.includes(name)) throw otherModel(name);
}

/**
 * @param body A whole body, whose names have been checked.
 * @throws {GatewayError} `invalid_request` when it names other models that may answer, or says once more
 *   elsewhere what its own members say.
 */
export function checkChoices(body: Readonly<Record<string, unknown>>): void {
  for (const field of FALLBACK_FIELDS) {
    if (!isEmpty(body[field])) throw otherModel(field);
  }
  for (const path of EXTENSIONS) {
    const extension = path.reduce<unknown>((value, name) => readMember(value, name), body);
    if (isObject(extension)) checkExtension(path.join("."), extension);
  }
}

function checkExtension(path: string, extension: Readonly<Record<string, unknown>>): void {
  for (const name of Object.keys(extension)) {
    if (name.length > NAME_MAX || !CHOOSING_FIELDS.has(fold(name))) continue;
    if (!isEmpty(extension[name])) throw refusedField(`${path}.${name}`);
  }
}

/** Unicode's simple case folding, as far as it leads to ASCII. */
function fold(name: string): string {
  return name.toLowerCase().replaceAll("\u017F", "s");
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

function readMember(value: unknown, name: string): unknown {
  return isObject(value) ? value[name] : undefined;
}

function isEmpty(value: unknown): boolean {
  if (isObject(value)) return Object.keys(value).length === 0;
  return value === undefined || value === null || value === "" || value === false;
}

function refusedField(field: string): GatewayError {
  return toInvalid(field, `\`${field}\` is not accepted here.`);
}

function otherModel(field: string): GatewayError {
  return toInvalid(
    field,
    `\`${field}\` is not accepted here: only \`model\` says which one answers.`,
  );
}

export function toInvalid(param: string, message: string): GatewayError {
  return new GatewayError("invalid_request", message, { param: param.slice(0, NAME_SHOWN_MAX) });
}
