/** A gateway process in front of two mocks, under the eyes of a Prometheus. */
import type { MockStats } from "@slipstream/mock-upstream/journal";
import { startGatewayProcess } from "../gateway-process.ts";
import type { GatewayProcess } from "../gateway-process.ts";
import { startMockProcess } from "../mock-process.ts";
import { startPrometheus } from "./prometheus-process.ts";
import type { PrometheusProcess } from "./prometheus-process.ts";
import { MODELS, OPTIONS } from "./traffic.ts";

export interface ObservedGateway {
  readonly rig: GatewayProcess;
  readonly prometheus: PrometheusProcess;
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
    const rig = await startGatewayProcess(MODELS, {
      ...OPTIONS,
      upstreamUrl: first.url,
      providers,
    });
    closers.push(() => rig.close());
    const prometheus = await startPrometheus({ targets: [rig.gateway.adminUrl], rules });
    closers.push(() => prometheus.close());
    const mockStats = (): Promise<MockStats[]> => Promise.all(mocks.map((mock) => mock.stats()));
    return { rig, prometheus, mockStats, close };
  } catch (error) {
    await close();
    throw error;
  }
}
