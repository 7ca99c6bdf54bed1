/** The bytes of an upstream are not HTTP/1.1, or leave in doubt where its answer ends. */
export class ProtocolError extends Error {
  override readonly name = "ProtocolError";
  readonly code = "INVALID_HTTP";
}
