/** Every kind of request that a gateway sees, in a random order. */
import type { RigModels } from "../rig-config.ts";

export interface MixedPlan {
  readonly port: number;
  readonly key: string;
  readonly firstNumber: number;
  readonly requests: number;
  readonly parallel: number;
  readonly seed: number;
}

export interface MixedResult {
  /** Numbers of the requests that must have a record: for inference, under a valid key. */
  readonly accountable: readonly number[];
  readonly countByKind: Readonly<Record<string, number>>;
}

/** Models of the mock by what becomes of their answers. */
export const MIXED_MODELS: RigModels = {
  good: ["mock/tokens=5"],
  long: ["mock/tokens=200,gap=1"],
  reset: ["mock/tokens=20,fail=reset,failAfter=5"],
  cut: ["mock/tokens=20,fail=cut,failAfter=5"],
  silent: ["mock/answer=close"],
  broken: ["mock/status=500"],
  page: ["mock/body=html"],
};

export interface MixedProgram {
  readonly plan: MixedPlan;
  readonly ready: undefined;
  readonly result: MixedResult;
}
