/** What an inference needs of a request's body, however that is written. */
import type { GatewayError } from "@slipstream/contracts/errors";
import type { UpstreamRequest } from "@slipstream/contracts/upstream";
import type { JsonBody } from "./body-rules.ts";
import type { BodyEdits } from "./inference-body.ts";
import type { RunningTime } from "./running-time.ts";

export interface RequestBody {
  /** As the client names it. */
  readonly model: string;
  /** Whether a stream of events is asked for, as far as the body was looked at. */
  readonly isStream: boolean;
  /** How many answers to one question are asked for. */
  readonly choices: number;
  /** What the client asked for with `stream_options`. */
  readonly streamOptions: JsonBody;
  /** For the upstream. */
  readonly contentType: string;
  /** What the client calls things, to be recognised in an upstream's words: the model, and its fields. */
  knownNames(): ReadonlySet<string>;
  /** Nothing of it has been let go yet: it can be sent, or sent once more. */
  readonly isHeld: boolean;
  /** The body for one upstream. Only while it is held. */
  edit(edits: BodyEdits): UpstreamRequest["body"];
  /**
   * Who keeps the sending of it from getting on, if somebody does for too long: `body_timeout` for the
   * client, `stall_timeout` for the upstream.
   *
   * @param stallMs What the upstream may take for a part of it.
   */
  findTimeout(time: RunningTime, stallMs: number): GatewayError | undefined;
  /** Nothing more of it is wanted. */
  release(): void;
}
