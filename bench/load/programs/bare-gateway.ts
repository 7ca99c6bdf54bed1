/**
 * The gateway with everything off that looks on: it authenticates, routes and relays, and tells nobody.
 *
 * What the gateway as it is deployed costs beyond this one is the price of metrics, traces, log and usage
 * records.
 */
import { createDataServer } from "@slipstream/gateway/http/data-server";
import { parseConfig } from "@slipstream/gateway/config/parse-config";
import { watchLoad } from "@slipstream/gateway/load-watch";
import { systemClock } from "@slipstream/gateway/system-clock";
import { createAuthenticator } from "@slipstream/auth/authenticator";
import type { RequestObserver } from "@slipstream/contracts/request-events";
import { Admission } from "@slipstream/pipeline/admission";
import { OpenRequests } from "@slipstream/pipeline/open-requests";
import type { PipelinePorts } from "@slipstream/pipeline/pipeline-ports";
import { ProviderPool } from "@slipstream/provider-pool/provider-pool";
import { openStore } from "@slipstream/store/open-store";
import { createDecodingUpstream } from "@slipstream/upstream/decoding-upstream";
import { createHttpUpstream } from "@slipstream/upstream/http-upstream";
import { readFileSync } from "node:fs";
import { setImmediate } from "node:timers/promises";

const NOBODY: RequestObserver = {
  observe: () => undefined,
  streamRecorder: () => ({ recordGap: () => undefined, recordDelay: () => undefined }),
  traceHeaders: (_attempt, trace) => trace,
};

const path = process.argv[2] ?? "";
const config = parseConfig({ name: path, text: readFileSync(path, "utf8") }, {});
const store = await openStore(config.store.url);
const openRequests = new OpenRequests();
const authenticator = createAuthenticator({
  keys: store.keys,
  clock: systemClock,
  caches: { cacheRequest: () => undefined, cacheEviction: () => undefined },
});
const load = watchLoad({
  clock: systemClock,
  openRequests,
  authenticator,
  usage: { waiting: 0 },
  metrics: { recordLoopDelay: () => undefined },
});
const ports: PipelinePorts = {
  clock: systemClock,
  observer: NOBODY,
  upstream: createDecodingUpstream(createHttpUpstream(systemClock)),
  authenticator,
  pool: new ProviderPool(config.routes),
  openRequests,
  nextTurn: setImmediate<void>,
  infoHeaders: config.server.infoHeaders,
  admission: new Admission({
    limits: config.limits,
    load: load.read,
    observer: { requestShed: () => undefined },
  }),
};
const dataServer = createDataServer(ports, config.limits.connections);
const address = await dataServer.listen(config.server);
const port = typeof address === "object" ? address?.port : undefined;
console.log(`listens on http://${config.server.host}:${port}`);
