/**
 * The frame around every request: it begins, is served, and whatever is thrown on the way becomes an
 * answer.
 */
import { toGatewayError } from "@slipstream/contracts/errors";
import { RequestLife } from "./request-life.ts";
import type { Exchange, RequestLifePorts } from "./request-life.ts";

/** Serves one endpoint: concludes the request, or throws. May stop quietly once it is not open any more. */
export type Serve = (life: RequestLife) => Promise<void>;

/** Never rejects. Resolves when the request is concluded, which may be before its last byte is out. */
export async function handleRequest(
  ports: RequestLifePorts,
  exchange: Exchange,
  serve: Serve,
): Promise<void> {
  const life = new RequestLife(ports, exchange);
  try {
    await serve(life);
  } catch (thrown) {
    life.fail(toGatewayError(thrown));
  }
}
