/** Is this a request? */
import { parseInferenceBody } from "@slipstream/pipeline/inference-body";
import { CHAT_COMPLETIONS } from "@slipstream/pipeline/inference-endpoints";
import {
  MULTIMODAL_CONTENT,
  MULTIMODAL_REQUEST,
  TEXT_CONTENT,
  toTextRequest,
} from "../fixtures/requests.ts";
import type { ChatRequest, Content } from "../fixtures/requests.ts";
import { INNER_MANY, many, ofKind } from "../task.ts";
import type { Suite, Task } from "../task.ts";
import { toHashTasks } from "./hash-tasks.ts";

function isValid({ model, messages, max_tokens, temperature, top_p, n }: ChatRequest): boolean {
  if (model === "" || messages.length === 0) return false;
  if (!(max_tokens > 0 && temperature >= 0 && temperature <= 2)) return false;
  if (!(top_p >= 0 && top_p <= 1 && n >= 1)) return false;
  for (const { role } of messages) if (!isRole(role)) return false;
  return true;
}

function isRole(role: string): boolean {
  return role === "user" || role === "assistant" || role === "system" || role === "tool";
}

/** To a value of its own, as a serialiser builds one. */
function toValue(content: Content): unknown {
  if (typeof content === "string") return { String: content };
  return { Array: content.map((part) => ({ Object: Object.entries(part) })) };
}

function hasImage({ messages }: ChatRequest): boolean {
  return messages.some(
    ({ content }) =>
      typeof content !== "string" && content.some(({ type }) => type === "image_url"),
  );
}

const TEN = toTextRequest(10);
const FIFTY = toTextRequest(50);
const PASSED = Buffer.alloc(10 * 1024, "x");

const REFERENCE: readonly Task[] = ofKind("reference", [
  {
    id: "validate_request/text_messages/10",
    does: "a parsed request of 11 messages: numbers in range, roles known",
    published: "16 ns",
    inner: INNER_MANY,
    run: many(() => isValid(TEN)),
  },
  {
    id: "validate_request/text_messages/50",
    does: "51 messages",
    published: "54 ns",
    budgetNs: 200,
    inner: INNER_MANY,
    run: many(() => isValid(FIFTY)),
  },
  {
    id: "validate_request/multimodal_message",
    does: "2 messages, one of two parts",
    published: "4.6 ns",
    inner: INNER_MANY,
    run: many(() => isValid(MULTIMODAL_REQUEST)),
  },
  {
    id: "serde_to_value/text_content",
    does: "a text to a generic value: the work that validation no longer does",
    inner: INNER_MANY,
    run: many(() => toValue(TEXT_CONTENT)),
  },
  {
    id: "serde_to_value/multimodal_content",
    does: "two parts to a generic value",
    inner: INNER_MANY,
    run: many(() => toValue(MULTIMODAL_CONTENT)),
  },
  {
    id: "has_image_content/text_only_50_messages",
    does: "51 messages looked through for an image that is not there",
    inner: INNER_MANY,
    run: many(() => hasImage(FIFTY)),
  },
  {
    id: "has_image_content/with_images",
    does: "2 messages, one with an image",
    inner: INNER_MANY,
    run: many(() => hasImage(MULTIMODAL_REQUEST)),
  },
  ...toHashTasks("body_sha256"),
  {
    id: "bytes_clone/clone_10kb",
    does: "a view of 10 KiB that shares its bytes",
    published: "4.1 ns",
    fidelity: "a new view, where the reference counts a reference",
    inner: INNER_MANY,
    run: many(() => PASSED.subarray()),
  },
]);

const BODIES = [TEN, FIFTY].map((request) => Buffer.from(JSON.stringify(request)));
const { body } = CHAT_COMPLETIONS;
if (body.type !== "json") throw new Error("chat completions are JSON");
const { check } = body;

function parseBody(index: 0 | 1): unknown {
  return parseInferenceBody(BODIES[index] ?? PASSED, "application/json", check);
}

const PRODUCTION: readonly Task[] = ofKind("production", [
  {
    id: "validate_request/parse_and_check/10",
    does: "parseInferenceBody: 11 messages from bytes: structure, duplicate keys, parsed once, every rule",
    fidelity: "does all that the reference does before and in validate()",
    run: () => parseBody(0),
  },
  {
    id: "validate_request/parse_and_check/50",
    does: "51 messages from bytes",
    run: () => parseBody(1),
  },
]);

export const VALIDATION: Suite = {
  name: "validation",
  tasks: [...REFERENCE, ...PRODUCTION],
  missing: [],
  verify() {
    const facts = [
      TEN.messages.length === 11 && FIFTY.messages.length === 51,
      isValid(FIFTY) && !isValid({ ...TEN, n: 0 }),
      !hasImage(FIFTY) && hasImage(MULTIMODAL_REQUEST),
    ];
    if (facts.includes(false))
      throw new Error(`validation does not do what it says: ${facts.join()}`);
    parseBody(0);
    parseBody(1);
  },
};
