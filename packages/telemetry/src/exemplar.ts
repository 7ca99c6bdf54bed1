import type { RequestReport } from "@slipstream/contracts/request-events";

/** The trace of a request that a figure comes from. */
export interface Exemplar {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** 16 hexadecimal digits. */
  readonly spanId: string;
  /** When it was seen, ms since 1970. */
  readonly atEpochMs: number;
}

/** While the end of a request is told: its trace, if that is one that can be looked at. */
export type ExemplarSource = (report: RequestReport) => Exemplar | undefined;
