/**
 * What tells one inference endpoint from another. A new endpoint is a new row in
 * `inference-endpoints.ts`.
 */
import type { ChunkReader, UsageFinder } from "@slipstream/contracts/chunk";
import type { OperationName } from "@slipstream/contracts/endpoint";
import type { AnswerFacts } from "@slipstream/dialects/openai-chat/read-answer";
import type { JsonBody } from "./body-rules.ts";

export interface InferenceEndpoint {
  readonly operation: OperationName;
  /** Behind the base URL, ours and the upstream's. */
  readonly path: string;
  /** What the body must hold beside the rules for every body. @throws {GatewayError} `invalid_request`. */
  readonly check: (body: JsonBody) => void;
  readonly readAnswer: (body: Buffer) => AnswerFacts;
  /** How its streams are read; `undefined` when it has none. */
  readonly stream: StreamedAnswer | undefined;
}

export interface StreamedAnswer {
  readonly readChunk: ChunkReader;
  readonly findUsageSpan: UsageFinder;
}
