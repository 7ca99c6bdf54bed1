/**
 * The wiring diagram: the only file that names adapters. Reads from the ports outwards.
 */
import { randomUUIDv7 } from "node:crypto";
import type { AddressInfo } from "node:net";
import { createAuthenticator } from "@slipstream/auth/authenticator";
import { KEY_CHANGES_POLL_INTERVAL_MS, KeyChangeFeed } from "@slipstream/auth/key-change-feed";
import type { Upstream } from "@slipstream/contracts/upstream";
import type { UsageSinkObserver } from "@slipstream/contracts/usage-record";
import { UsageRecorder } from "@slipstream/ledger/usage-recorder";
import { OpenRequests, SWEEP_INTERVAL_MS } from "@slipstream/pipeline/open-requests";
import type { PipelinePorts } from "@slipstream/pipeline/pipeline-ports";
import { ProviderPool } from "@slipstream/provider-pool/provider-pool";
import { openStore } from "@slipstream/store/open-store";
import type { Store } from "@slipstream/store/open-store";
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
import { systemClock } from "./system-clock.ts";
import { toTracePlaces } from "./trace-places.ts";
import { VERSION } from "./version.ts";

export interface Gateway {
  /** Where clients call, e.g. `http://127.0.0.1:8080/v1`. */
  readonly baseUrl: string;
  /** Where operators call, e.g. `http://127.0.0.1:9090`. */
  readonly adminUrl: string;
  /** Takes no new requests, lets running ones end, lets go of everything. Idempotent. */
  close(): Promise<void>;
}

/** @throws when the store cannot be opened or an address cannot be listened on. */
export async function startGateway(config: Config): Promise<Gateway> {
  const telemetry = await startTelemetry(config);
  const { metrics, logger, recordLoss } = telemetry;
  const store = await openStore(config.store.url, {
    usageObserver: toUsageObserver(logger, recordLoss),
  });
  const recorder = new UsageRecorder({
    sink: store.usage,
    nowEpochMs: Date.now,
    createId: randomUUIDv7,
  });
  const observer = new FanOutObserver([...telemetry.subscribers, recorder], recordLoss);
  const { keys } = store;
  const authenticator = createAuthenticator({ keys, clock: systemClock, caches: metrics });
  const feed = new KeyChangeFeed({ keys, authenticator });
  const poll = pollRegularly(feed, logger);
  const upstream = createDecodingUpstream(createHttpUpstream(systemClock));
  const pool = new ProviderPool(config.routes);
  const openRequests = new OpenRequests();
  const sweep = sweepRegularly(openRequests, metrics);
  const ports: PipelinePorts = {
    clock: systemClock,
    observer,
    upstream,
    authenticator,
    pool,
    openRequests,
    sendsInfoHeaders: config.server.infoHeaders,
  };
  const dataServer = createDataServer(ports);
  metrics.watch(toGaugeSources({ openRequests, store, dataServer, upstream }));

  let isDraining = false;
  const adminServer = createAdminServer({
    metrics,
    isReady: async () => {
      await store.ping();
      return !isDraining;
    },
  });

  async function drainAndRelease(): Promise<void> {
    isDraining = true;
    await drain({ openRequests, dataServer, ...config.drain });
    await release();
  }
  async function release(): Promise<void> {
    clearInterval(sweep);
    clearInterval(poll);
    await upstream.close();
    await telemetry.close();
    await store.close();
    await adminServer.close();
    await telemetry.closeLog();
  }
  let closed: Promise<void> | undefined;

  try {
    await feed.poll();
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

interface Watched {
  readonly openRequests: OpenRequests;
  readonly store: Store;
  readonly dataServer: DataServer;
  readonly upstream: Upstream;
}

function toGaugeSources({ openRequests, store, dataServer, upstream }: Watched): GaugeSources {
  return {
    heldBytes: () => openRequests.heldBytes,
    usageRecordsWaiting: () => store.usage.waiting,
    clientSockets: () => dataServer.connections,
    upstreamSockets: () => upstream.connections,
  };
}

/** The one timer of an idle gateway that fires often: it tells how late timers are, too. */
function sweepRegularly(openRequests: OpenRequests, metrics: Metrics): NodeJS.Timeout {
  let sweptMs = systemClock.nowMs();
  return setInterval(() => {
    const nowMs = systemClock.nowMs();
    metrics.recordLoopDelay(nowMs - sweptMs - SWEEP_INTERVAL_MS);
    sweptMs = nowMs;
    openRequests.sweep(nowMs);
  }, SWEEP_INTERVAL_MS);
}

function pollRegularly(feed: KeyChangeFeed, logger: Logger): NodeJS.Timeout {
  return setInterval(() => {
    feed.poll().catch((err: unknown) => logger.warn({ err }, "key changes could not be read"));
  }, KEY_CHANGES_POLL_INTERVAL_MS);
}

function toUsageObserver(logger: Logger, recordLoss: LossRecorder): UsageSinkObserver {
  return {
    usageLost(loss, records) {
      recordLoss("usage_record");
      logger.error({ loss, records }, "usage records lost");
    },
    usageWriteFailed: (err, waiting) => logger.warn({ err, waiting }, "usage records wait"),
  };
}

/** An address to call: "everywhere" is no such thing, so it becomes this machine. */
function toUrl({ host }: ListenAddress, address: AddressInfo | string | null): string {
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const callable = host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host;
  return `http://${callable.includes(":") ? `[${callable}]` : callable}:${port}`;
}
