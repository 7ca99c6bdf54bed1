/** It could not be measured: told in its own words, without a stack. */
export class GateFailure extends Error {
  override readonly name = "GateFailure";
}
