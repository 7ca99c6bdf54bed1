/** Told in its own words, without a stack: who reads it can do something about it. */
export class PublishFailure extends Error {
  override readonly name = "PublishFailure";
}
