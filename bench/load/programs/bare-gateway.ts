/**
 * The gateway with everything off that looks on: it authenticates, routes and relays, and tells nobody.
 *
 * What the gateway as it is deployed costs beyond this one is the price of metrics, traces, log and usage
 * records.
 */
import { createDataServer } from "@slipstream/gateway/http/data-server";
import { parseConfig } from "@slipstream/gateway/config/parse-config";
import { systemClock } from "@slipstream/gateway/system-clock";
import { createAuthenticator } from "@slipstream/auth/authenticator";
import type { RequestObserver } from "@slipstream/contracts/request-events";
import { OpenRequests, SWEEP_INTERVAL_MS } from "@slipstream/pipeline/open-requests";
import { ProviderPool } from "@slipstream/provider-pool/provider-pool";
import { openStore } from "@slipstream/store/open-store";
import { createDecodingUpstream } from "@slipstream/upstream/decoding-upstream";
import { createHttpUpstream } from "@slipstream/upstream/http-upstream";
import { readFileSync } from "node:fs";

const NOBODY: RequestObserver = {
  observe: () => undefined,
  streamRecorder: () => ({ recordGap: () => undefined, recordDelay: () => undefined }),
  traceHeaders: (_attempt, trace) => trace,
};

const path = process.argv[2] ?? "";
const config = parseConfig({ name: path, text: readFileSync(path, "utf8") }, {});
const store = await openStore(config.store.url);
const openRequests = new OpenRequests();
const dataServer = createDataServer({
  clock: systemClock,
  observer: NOBODY,
  upstream: createDecodingUpstream(createHttpUpstream(systemClock)),
  authenticator: createAuthenticator({
    keys: store.keys,
    clock: systemClock,
    caches: { cacheRequest: () => undefined, cacheEviction: () => undefined },
  }),
  pool: new ProviderPool(config.routes),
  openRequests,
  sendsInfoHeaders: config.server.infoHeaders,
});
setInterval(() => openRequests.sweep(systemClock.nowMs()), SWEEP_INTERVAL_MS);
const address = await dataServer.listen(config.server);
const port = typeof address === "object" ? address?.port : undefined;
console.log(`listens on http://${config.server.host}:${port}`);
