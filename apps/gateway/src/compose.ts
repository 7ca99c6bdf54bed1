/**
 * The wiring diagram: the only file that names adapters. Reads from the ports outwards.
 */
import { randomUUIDv7 } from "node:crypto";
import type { AddressInfo } from "node:net";
import { setImmediate } from "node:timers/promises";
import { createAuthenticator } from "@slipstream/auth/authenticator";
import { KEY_CHANGES_POLL_INTERVAL_MS, KeyChangeFeed } from "@slipstream/auth/key-change-feed";
import type { RequestObserver } from "@slipstream/contracts/request-events";
import type { StoreObserver } from "@slipstream/contracts/store-health";
import type { Upstream } from "@slipstream/contracts/upstream";
import { UsageRecorder } from "@slipstream/ledger/usage-recorder";
import type { UsageRecorderOptions } from "@slipstream/ledger/usage-recorder";
import { Admission } from "@slipstream/pipeline/admission";
import { OpenRequests } from "@slipstream/pipeline/open-requests";
import type { PipelinePorts } from "@slipstream/pipeline/pipeline-ports";
import { ProviderPool } from "@slipstream/provider-pool/provider-pool";
import { openStore } from "@slipstream/store/open-store";
import type { Store } from "@slipstream/store/open-store";
import { STORE_CHECK_INTERVAL_MS } from "@slipstream/store/store-monitor";
import { createAccessLog } from "@slipstream/telemetry/access-log";
import type { ExemplarSource } from "@slipstream/telemetry/exemplar";
import { FanOutObserver } from "@slipstream/telemetry/fan-out-observer";
import type { RequestSubscriber } from "@slipstream/telemetry/fan-out-observer";
import type { GaugeSources } from "@slipstream/telemetry/gauge-sources";
import { openLog } from "@slipstream/telemetry/logger";
import type { Logger } from "@slipstream/telemetry/logger";
import type { LossRecorder } from "@slipstream/telemetry/losses";
import { createMetrics } from "@slipstream/telemetry/metrics";
import type { Metrics } from "@slipstream/telemetry/metrics";
import { startTracing } from "@slipstream/telemetry/tracing/start-tracing";
import type { Tracing } from "@slipstream/telemetry/tracing/start-tracing";
import { createDecodingUpstream } from "@slipstream/upstream/decoding-upstream";
import { createHttpUpstream } from "@slipstream/upstream/http-upstream";
import type { Config, ListenAddress } from "./config/config.ts";
import { createAdminServer } from "./http/admin-server.ts";
import { createDataServer } from "./http/data-server.ts";
import type { DataServer } from "./http/data-server.ts";
import { drain } from "./drain.ts";
import { watchLoad } from "./load-watch.ts";
import { judgeReadiness } from "./readiness.ts";
import type { ReadinessFacts } from "./readiness.ts";
import { systemClock } from "./system-clock.ts";
import { toTracePlaces } from "./trace-places.ts";
import { UsageLosses } from "./usage-losses.ts";
import { VERSION } from "./version.ts";

export interface Gateway {
  /** Where clients call, e.g. `http://127.0.0.1:8080/v1`. */
  readonly baseUrl: string;
  /** Where operators call, e.g. `http://127.0.0.1:9090`. */
  readonly adminUrl: string;
  /** Takes no new requests, lets running ones end, lets go of everything. Idempotent. */
  close(): Promise<Ended>;
}

export interface Ended {
  /** Since `close` was called. */
  readonly usageRecordsLost: number;
}

/** @throws when the store cannot be opened or an address cannot be listened on. */
export async function startGateway(config: Config): Promise<Gateway> {
  const telemetry = await startTelemetry(config);
  const { metrics, logger, recordLoss } = telemetry;
  const losses = new UsageLosses(logger, recordLoss);
  const store = await openStore(config.store.url, {
    clock: systemClock,
    observer: toStoreObserver(logger),
    usageObserver: losses,
  });
  const observer = observeRequests(telemetry, { sink: store.usage, losses });
  const dataPlane = createDataPlane(config, { telemetry, store, observer });
  const { openRequests, dataServer } = dataPlane;

  let isDraining = false;
  const adminServer = createAdminServer({
    clock: systemClock,
    metrics,
    readiness: () => judgeReadiness({ isDraining, ...toStoreFacts(store) }),
  });

  async function drainAndRelease(): Promise<Ended> {
    isDraining = true;
    const lostBefore = losses.records;
    await release(await drain({ openRequests, dataServer, ...config.drain }));
    return { usageRecordsLost: losses.records - lostBefore };
  }
  async function release(recordsMs?: number): Promise<void> {
    await dataPlane.release();
    // Each may have to wait for somebody outside.
    await Promise.all([telemetry.close(), store.close(recordsMs)]);
    await adminServer.close();
    await telemetry.closeLog();
  }
  let closed: Promise<Ended> | undefined;

  try {
    await dataPlane.keyChanges.poll();
    const adminAddress = await adminServer.listen(config.admin);
    const address = await dataServer.listen(config.server);
    return {
      baseUrl: `${toUrl(config.server, address)}/v1`,
      adminUrl: toUrl(config.admin, adminAddress),
      close: () => (closed ??= drainAndRelease()),
    };
  } catch (error) {
    await dataServer.close();
    await release();
    throw error;
  }
}

interface DataPlane {
  readonly openRequests: OpenRequests;
  readonly dataServer: DataServer;
  readonly keyChanges: KeyChangeFeed;
  /** Lets go of upstreams and timers. The server is the caller's to close. */
  release(): Promise<void>;
}

interface DataPlaneOptions {
  readonly telemetry: Telemetry;
  readonly store: Store;
  readonly observer: RequestObserver;
}

/** What serves requests. */
function createDataPlane(config: Config, options: DataPlaneOptions): DataPlane {
  const { store, observer } = options;
  const { metrics, logger } = options.telemetry;
  const { keys, usage } = store;
  const { limits } = config;
  const clock = systemClock;
  const authenticator = createAuthenticator({ keys, clock, caches: metrics });
  const keyChanges = new KeyChangeFeed({ keys, authenticator });
  const upstream = createDecodingUpstream(createHttpUpstream(clock));
  const openRequests = new OpenRequests();
  const load = watchLoad({ clock, openRequests, authenticator, usage, metrics });
  const admission = new Admission({ limits, load: load.read, observer: metrics });
  const ports: PipelinePorts = {
    clock,
    observer,
    upstream,
    authenticator,
    pool: new ProviderPool(config.routes),
    openRequests,
    admission,
    nextTurn: setImmediate<void>,
    infoHeaders: config.server.infoHeaders,
  };
  const dataServer = createDataServer(ports, limits.connections);
  metrics.watch(toGaugeSources({ openRequests, admission, store, dataServer, upstream }));
  const timers = [
    pollRegularly(keyChanges, logger),
    setInterval(() => store.monitor.check(), STORE_CHECK_INTERVAL_MS),
  ];
  return {
    openRequests,
    dataServer,
    keyChanges,
    async release() {
      load.stop();
      for (const timer of timers) clearInterval(timer);
      await upstream.close();
    },
  };
}

interface Telemetry {
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly recordLoss: LossRecorder;
  readonly subscribers: readonly RequestSubscriber[];
  close(): Promise<void>;
  /** Last: whatever else ends may have something to say. */
  closeLog(): Promise<void>;
}

async function startTelemetry({ log, tracing: wanted, routes }: Config): Promise<Telemetry> {
  let tracing: Tracing | undefined;
  const exemplars: ExemplarSource = (report) => tracing?.exemplarOf(report);
  const metrics = createMetrics({ version: VERSION, exemplars });
  const { recordLoss } = metrics;
  const openedLog = openLog({ level: log.level, recordLoss });
  const { logger } = openedLog;
  if (wanted !== undefined) {
    tracing = await startTracing({
      ...wanted,
      version: VERSION,
      clock: systemClock,
      places: toTracePlaces(routes),
      recordDecision: metrics.recordTrace,
      recordLoss,
      logger,
    });
  }
  return {
    metrics,
    logger,
    closeLog: () => openedLog.close(),
    recordLoss,
    // Those behind it ask for the trace of a request that has ended: it has to be there.
    subscribers: [...(tracing?.subscribers ?? []), metrics, createAccessLog(logger, exemplars)],
    async close() {
      metrics.close();
      await tracing?.close();
    },
  };
}

/** The usage record comes first: it is money, the others are telemetry. */
function observeRequests(
  { subscribers, recordLoss, logger }: Telemetry,
  usage: Pick<UsageRecorderOptions, "sink" | "losses">,
): RequestObserver {
  const next = new FanOutObserver(subscribers, {
    recordLoss,
    subscriberFailed: (err) => logger.error({ err }, "a subscriber of requests failed"),
    clock: systemClock,
  });
  return new UsageRecorder({ ...usage, nowEpochMs: Date.now, createId: randomUUIDv7, next });
}

interface Watched {
  readonly openRequests: OpenRequests;
  readonly admission: Admission;
  readonly store: Store;
  readonly dataServer: DataServer;
  readonly upstream: Upstream;
}

function toGaugeSources(watched: Watched): GaugeSources {
  const { openRequests, admission, store, dataServer, upstream } = watched;
  return {
    limitsUsed: () => new Map([...admission.usedParts, ["connections", dataServer.usedPart]]),
    heldBytes: () => openRequests.heldBytes,
    usageRecordsWaiting: () => store.usage.waiting,
    storeCheckFails: (check) => store.monitor.health[check].type !== "passing",
    clientSockets: () => dataServer.connections,
    upstreamSockets: () => upstream.connections,
  };
}

function toStoreFacts({ monitor, usage }: Store): Omit<ReadinessFacts, "isDraining"> {
  return {
    store: monitor.health,
    usageRecordsWaiting: usage.waiting,
    nowMs: systemClock.nowMs(),
  };
}

function pollRegularly(feed: KeyChangeFeed, logger: Logger): NodeJS.Timeout {
  return setInterval(() => {
    feed.poll().catch((err: unknown) => logger.warn({ err }, "key changes could not be read"));
  }, KEY_CHANGES_POLL_INTERVAL_MS);
}

function toStoreObserver(logger: Logger): StoreObserver {
  return {
    storeCheckChanged(check, state) {
      if (state.type === "passing") logger.info({ check }, "a check of the store passes again");
      else logger.error({ check, err: state.error }, "a check of the store fails");
    },
  };
}

/** An address to call: "everywhere" is no such thing, so it becomes this machine. */
function toUrl({ host }: ListenAddress, address: AddressInfo | string | null): string {
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const callable = host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host;
  return `http://${callable.includes(":") ? `[${callable}]` : callable}:${port}`;
}
