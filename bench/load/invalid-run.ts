/** What was measured means nothing: an answer was wrong, or the load did not come as planned. */
export class InvalidRun extends Error {
  override readonly name = "InvalidRun";
}
