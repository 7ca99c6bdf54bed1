/** A gateway process in front of two mocks, under the eyes of a Prometheus and a collector of traces. */
import type { MockStats } from "@slipstream/mock-upstream/journal";
import { FakeCollector } from "../fake-collector.ts";
import { startGatewayProcess } from "../gateway-process.ts";
import type { GatewayProcess } from "../gateway-process.ts";
import { startMockProcess } from "../mock-process.ts";
import { startPrometheus } from "./prometheus-process.ts";
import type { PrometheusProcess } from "./prometheus-process.ts";
import { MODELS, OPTIONS } from "./traffic.ts";

export interface ObservedGateway {
  readonly rig: GatewayProcess;
  readonly prometheus: PrometheusProcess;
  /** Gets the trace of every request. */
  readonly collector: FakeCollector;
  /** What each of the two mocks has seen. */
  mockStats(): Promise<readonly MockStats[]>;
  close(): Promise<void>;
}

/** @param rules Files of Prometheus' rules. */
export async function startObservedGateway(rules: readonly string[]): Promise<ObservedGateway> {
  const closers: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const closeOne of closers.toReversed()) await closeOne();
  };
  try {
    const mocks = [await startMockProcess(), await startMockProcess()] as const;
    closers.push(...mocks.map((mock) => () => mock.close()));
    const [first, second] = mocks;
    const providers = { "fleet-a": first.url, "fleet-b": second.url };
    const collector = await FakeCollector.start();
    closers.push(() => collector.close());
    const rig = await startGatewayProcess(MODELS, {
      ...OPTIONS,
      upstreamUrl: first.url,
      providers,
      tracing: { endpoint: collector.endpoint, sampleRatio: 1 },
    });
    closers.push(() => rig.close());
    const prometheus = await startPrometheus({ targets: [rig.gateway.adminUrl], rules });
    closers.push(() => prometheus.close());
    const mockStats = (): Promise<MockStats[]> => Promise.all(mocks.map((mock) => mock.stats()));
    return { rig, prometheus, collector, mockStats, close };
  } catch (error) {
    await close();
    throw error;
  }
}
