/** The other side has closed the connection in good order, but too early. */
export class ClosedError extends Error {
  override readonly name = "ClosedError";
  readonly code = "CLOSED";

  constructor() {
    super("the upstream closed the connection");
  }
}

const CLOSED_CODES: readonly unknown[] = ["CLOSED", "ECONNRESET", "EPIPE"];

/** Whether the other side has closed the connection, in whichever way. */
export function isClosed(error: Error): boolean {
  return "code" in error && CLOSED_CODES.includes(error.code);
}
