/** A request that is refused because of what it says, not because a scenario says so. */
export class RequestError extends Error {
  override readonly name = "RequestError";
  readonly status: number;
  /** The request field that is wrong, as OpenAI's `error.param`. */
  readonly param: string | null;

  constructor(status: number, message: string, param: string | null = null) {
    super(message);
    this.status = status;
    this.param = param;
  }
}
