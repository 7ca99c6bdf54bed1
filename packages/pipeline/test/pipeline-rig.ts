/** The pipeline between a fake client and a fake upstream. */
import { setImmediate } from "node:timers/promises";
import type { Authenticator } from "@slipstream/auth/authenticator";
import type { Route } from "@slipstream/contracts/deployment";
import type { ShedReason } from "@slipstream/contracts/load-shedding";
import type { Principal } from "@slipstream/contracts/principal";
import { ProviderPool } from "@slipstream/provider-pool/provider-pool";
import { createFakeRequest, FakeClient } from "@slipstream/testkit/fake-client";
import type { FakeRequestOptions } from "@slipstream/testkit/fake-client";
import { FakeClock } from "@slipstream/testkit/fake-clock";
import { FakeUpstream } from "@slipstream/testkit/fake-upstream";
import type { FakeExchange, FakeStage } from "@slipstream/testkit/fake-upstream";
import { testDeployment, testRoute } from "@slipstream/testkit/routes";
import { RecordingObserver } from "@slipstream/testkit/recording-observer";
import { Admission } from "../src/admission.ts";
import type { Load } from "../src/load.ts";
import type { InfoHeaders } from "../src/info-headers.ts";
import { OpenRequests } from "../src/open-requests.ts";
import { handleRequest } from "../src/handle-request.ts";
import { SWEEP_INTERVAL_MS } from "../src/running-time.ts";
import type { InferenceEndpoint } from "../src/inference-endpoint.ts";
import { CHAT_COMPLETIONS } from "../src/inference-endpoints.ts";
import { serveInference } from "../src/serve-inference.ts";

export const PRINCIPAL: Principal = { keyId: "key", workspaceId: "ws", organizationId: "org" };

const DEPLOYMENTS = [
  testDeployment("a"),
  testDeployment("b"),
  testDeployment("c"),
  testDeployment("d"),
] as const;

export function chatBody(fields: object = {}): Buffer {
  const body = { model: "llama", messages: [{ role: "user", content: "hi" }], ...fields };
  return Buffer.from(JSON.stringify(body));
}

export interface RigOptions extends FakeRequestOptions {
  /** Plays the upstream's side of each exchange. */
  readonly play?: (exchange: FakeExchange) => void;
  /** How far exchanges come by themselves: they are sent if it is left out. */
  readonly stage?: FakeStage;
  readonly infoHeaders?: InfoHeaders;
  readonly route?: Partial<Route>;
  /** Chat completions if it is left out. */
  readonly served?: InferenceEndpoint;
  readonly authenticate?: Authenticator["authenticate"];
  /** Without a limit if it is left out. */
  readonly heldBytesMax?: number;
}

const NO_LOAD: Load = { openRequests: 0, heldBytes: 0, loopDelayMs: 0, usageRecordsWaiting: 0 };
const NO_LIMITS: Load = {
  openRequests: Infinity,
  heldBytes: Infinity,
  loopDelayMs: Infinity,
  usageRecordsWaiting: Infinity,
};

export class PipelineRig {
  readonly client: FakeClient = new FakeClient();
  readonly clock: FakeClock = new FakeClock();
  readonly observer: RecordingObserver = new RecordingObserver();
  readonly openRequests: OpenRequests = new OpenRequests();
  readonly admission: Admission;
  readonly shed: ShedReason[] = [];
  readonly upstream: FakeUpstream;
  readonly handled: Promise<void>;

  constructor(options: RigOptions) {
    const { play = () => undefined, authenticate = () => PRINCIPAL } = options;
    this.upstream = new FakeUpstream(play, options.stage);
    const { clock, observer, upstream, openRequests, client: response } = this;
    const authenticator: Authenticator = {
      authenticate,
      learn: () => undefined,
      doubtAll: () => undefined,
      sweep: () => undefined,
    };
    const pool = new ProviderPool([testRoute(DEPLOYMENTS, { aliases: ["l"], ...options.route })]);
    const request = createFakeRequest({ body: chatBody(), ...options });
    this.admission = new Admission({
      limits: { ...NO_LIMITS, heldBytes: options.heldBytesMax ?? Infinity },
      load: () => NO_LOAD,
      observer: { requestShed: (reason) => this.shed.push(reason) },
    });
    const { infoHeaders = "none" } = options;
    const ports = {
      clock,
      observer,
      upstream,
      authenticator,
      pool,
      openRequests,
      admission: this.admission,
      nextTurn: setImmediate<void>,
      infoHeaders,
    };
    this.handled = handleRequest(ports, { request, response }, (life) =>
      serveInference(ports, life, options.served ?? CHAT_COMPLETIONS),
    );
  }

  /** Lets this much time pass, with a sweep as often as there should be one. */
  run(ms: number): void {
    const endMs = this.clock.nowMs() + ms;
    while (this.clock.nowMs() < endMs) {
      this.clock.advance(Math.min(SWEEP_INTERVAL_MS, endMs - this.clock.nowMs()));
      this.openRequests.sweep(this.clock.nowMs());
    }
  }
}
