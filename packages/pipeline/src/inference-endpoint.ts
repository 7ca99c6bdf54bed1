/**
 * What tells one inference endpoint from another. A new endpoint is a new row in
 * `inference-endpoints.ts` or `media-endpoints.ts`.
 */
import type { StreamDialect } from "@slipstream/contracts/chunk";
import type { OperationName } from "@slipstream/contracts/endpoint";
import type { AnswerFacts } from "@slipstream/dialects/openai-chat/read-answer";
import type { JsonBody } from "./body-rules.ts";

export interface InferenceEndpoint {
  readonly operation: OperationName;
  /** Behind the base URL, ours and the upstream's. */
  readonly path: string;
  readonly body: BodyForm;
  readonly answer: AnswerForm;
}

/** How the client writes what it wants. */
export type BodyForm = JsonForm | MultipartForm;

export interface JsonForm {
  readonly type: "json";
  /** What the body must hold beside the rules for every body. @throws {GatewayError} `invalid_request`. */
  readonly check: (body: JsonBody) => void;
}

/** `multipart/form-data`: passed on while it arrives, as soon as its model is known. */
export interface MultipartForm {
  readonly type: "multipart";
  readonly bytesMax: number;
}

/** How the upstream answers. */
export type AnswerForm = JsonAnswer | PassedAnswer;

/** JSON, which is read as a whole, or a stream of events, which is metered. */
export interface JsonAnswer {
  readonly type: "json";
  readonly readAnswer: (body: Buffer) => AnswerFacts;
  /** How its streams are read; `undefined` when it has none. */
  readonly stream: StreamDialect | undefined;
}

/** Passed on as it comes, in the media type that the upstream has chosen. */
export interface PassedAnswer {
  readonly type: "passed";
  /** Which media types may pass: an error page must not be taken for speech. */
  readonly mediaTypes: RegExp;
  /** Reads JSON that is small enough to be held back; `undefined` where that is none of the types. */
  readonly readJson: ((body: Buffer) => AnswerFacts) | undefined;
}
