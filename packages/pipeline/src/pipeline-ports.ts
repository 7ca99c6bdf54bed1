import type { Clock } from "@slipstream/contracts/clock";
import type { RequestObserver } from "@slipstream/contracts/request-events";
import type { Upstream } from "@slipstream/contracts/upstream";
import type { Authenticator } from "@slipstream/auth/authenticator";
import type { ProviderPool } from "@slipstream/provider-pool/provider-pool";

/** What the life of a request reaches for. Wired once, by the application. */
export interface PipelinePorts {
  readonly clock: Clock;
  readonly observer: RequestObserver;
  readonly upstream: Upstream;
  readonly authenticator: Authenticator;
  readonly pool: ProviderPool;
}
