import type { Upstream } from "@slipstream/contracts/upstream";
import type { Authenticator } from "@slipstream/auth/authenticator";
import type { ProviderPool } from "@slipstream/provider-pool/provider-pool";
import type { Admission } from "./admission.ts";
import type { NextTurn } from "./json-structure.ts";
import type { RequestLifePorts } from "./request-life.ts";

/** What the life of a request reaches for. Wired once, by the application. */
export interface PipelinePorts extends RequestLifePorts {
  readonly upstream: Upstream;
  readonly authenticator: Authenticator;
  readonly pool: ProviderPool;
  readonly nextTurn: NextTurn;
  readonly admission: Admission;
}
