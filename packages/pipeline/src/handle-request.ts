/**
 * The frame around every request: it begins, is served, and whatever is thrown on the way becomes an
 * answer.
 */
import type { ClientRequest, ClientResponse } from "@slipstream/contracts/client";
import type { Clock } from "@slipstream/contracts/clock";
import { toGatewayError } from "@slipstream/contracts/errors";
import type { RequestObserver } from "@slipstream/contracts/request-events";
import { toOutcome } from "./failure-outcome.ts";
import { RequestLife } from "./request-life.ts";

/** Serves one endpoint: concludes the request, or throws. May stop quietly once it is not open any more. */
export type Serve = (life: RequestLife) => Promise<void>;

export interface HandleRequestOptions {
  readonly request: ClientRequest;
  readonly response: ClientResponse;
  readonly clock: Clock;
  readonly observer: RequestObserver;
}

/** Never rejects. Resolves when the request is concluded, which may be before its last byte is out. */
export async function handleRequest(options: HandleRequestOptions, serve: Serve): Promise<void> {
  const life = new RequestLife(options);
  try {
    await serve(life);
  } catch (thrown) {
    const error = toGatewayError(thrown);
    life.fail(error, toOutcome(error));
  }
}
