/** What we account for in a whole (not streamed) answer. */
import type { StreamError } from "@slipstream/contracts/chunk";
import type { Usage } from "@slipstream/contracts/usage";

export type AnswerFacts =
  | {
      readonly type: "answer";
      /** In the upstream's words; `undefined` where an endpoint gives none. */
      readonly finishReason: string | undefined;
      readonly usage: Usage | undefined;
    }
  | { readonly type: "error"; readonly error: StreamError }
  | { readonly type: "unreadable" };
