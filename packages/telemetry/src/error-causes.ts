/**
 * What the log may say about an error: names, codes and places in the code, never messages, which
 * may hold addresses, credentials or content.
 */

export interface CauseFacts {
  /** Of the error, e.g. `TypeError`; of something else that was thrown its type, e.g. `string`. */
  readonly name: string;
  /** E.g. `ECONNREFUSED`. */
  readonly code: string | undefined;
  /** The innermost JavaScript or TypeScript file, e.g. `relay.ts:41:7`. */
  readonly at: string | undefined;
}

/** A chain may be a circle; nothing useful is deeper. */
const CAUSES_MAX = 5;

/** A name or a code as programs write them, not a sentence. */
const WORD = /^[\w.-]{1,64}$/;
/** A loader may have put a query behind the name of the file. */
const FRAME = /^ {4}at (?:.*[/\\(])?([\w.-]+\.[cm]?[jt]s)(?:\?[^:]*)?(:\d+:\d+)\)?$/m;

/** @returns From the outside in. */
export function describeCauses(thrown: unknown): CauseFacts[] {
  const causes: CauseFacts[] = [];
  let cause = thrown;
  while (cause !== undefined && cause !== null && causes.length < CAUSES_MAX) {
    causes.push(describe(cause));
    cause = cause instanceof Error ? cause.cause : undefined;
  }
  return causes;
}

function describe(thrown: unknown): CauseFacts {
  if (!(thrown instanceof Error)) return { name: typeof thrown, code: undefined, at: undefined };
  const code: unknown = "code" in thrown ? thrown.code : undefined;
  return { name: toWord(thrown.name) ?? "Error", code: toWord(code), at: findPlace(thrown) };
}

function toWord(value: unknown): string | undefined {
  return typeof value === "string" && WORD.test(value) ? value : undefined;
}

function findPlace({ stack, message }: Error): string | undefined {
  if (stack === undefined) return undefined;
  // The stack begins with the message, whose lines may look like anything.
  const messageStart = stack.indexOf(message);
  if (messageStart === -1) return undefined;
  const frame = FRAME.exec(stack.slice(messageStart + message.length));
  return frame === null ? undefined : `${frame[1]}${frame[2]}`;
}
