/** Where a body goes wrong: from the events of a good stream to what is sent instead. */
import type { CompletionPlan } from "./completion-json.ts";
import { scriptedErrorBody } from "./error-body.ts";
import { frameComment, frameEvent } from "./event-framing.ts";
import type { BodyLoop, Frame, ScriptedBody } from "./frame.ts";
import { toJson } from "./json-format.ts";
import { recutFrames } from "./packets.ts";
import type { FailKind, Scenario } from "./scenario.ts";
import { emptyDelta, scriptStream } from "./stream-script.ts";
import type { ScriptedEvent } from "./stream-script.ts";

/** `flood` sends this block again and again. */
const FLOOD_BLOCK_BYTES = 64 * 1024;
const FLOOD_ROUNDS = 1024;

/** The status that an error inside a stream stands for. */
const ERROR_STATUS = 500;

type Failing = Readonly<Record<FailKind, (stream: HealthyStream) => ScriptedBody>>;

export function scriptBody(plan: CompletionPlan): ScriptedBody {
  return FAILING[plan.scenario.fail](new HealthyStream(plan));
}

const FAILING: Failing = {
  none: (stream) => ended(stream.all()),
  error: (stream) => ended([...stream.kept(), stream.error()]),
  "error-done": (stream) => ended([...stream.kept(), stream.error(), stream.frame("[DONE]", 1)]),
  fin: (stream) => ({ ...ended(stream.kept()), endAtMs: stream.failAtMs }),
  cut: (stream) => ({ ...ended(stream.kept(1)), ending: "cut" }),
  reset: (stream) => ({ ...ended(stream.kept()), ending: "reset", endAtMs: stream.failAtMs }),
  stall: (stream) => ({ ...ended(stream.kept()), ending: "hang" }),
  comments: (stream) => looping(stream, frameComment(stream.scenario, "keep-alive")),
  deltas: (stream) => looping(stream, stream.text(emptyDelta(stream.plan))),
  drip: (stream) => ended([...stream.kept(), ...dripped(stream)]),
  malformed: (stream) => ended([...stream.kept(), stream.malformed(), ...stream.rest()]),
  flood: (stream) => ({
    ...ended(stream.kept()),
    endAtMs: stream.failAtMs,
    loop: { bytes: floodBlock(), everyMs: 0, rounds: FLOOD_ROUNDS },
  }),
};

/** The stream as it would be, cut where it fails. */
class HealthyStream {
  readonly plan: CompletionPlan;
  /** When the event is due that fails. */
  readonly failAtMs: number;
  readonly #events: readonly ScriptedEvent[];
  readonly #failAt: number;

  constructor(plan: CompletionPlan) {
    this.plan = plan;
    this.#events = scriptStream(plan);
    this.#failAt = Math.min(plan.scenario.failAfter, this.#events.length);
    const failing = this.#events[this.#failAt] ?? this.#events.at(-1);
    this.failAtMs = failing?.atMs ?? plan.scenario.headersDelay;
  }

  get scenario(): Scenario {
    return this.plan.scenario;
  }

  all(): readonly Frame[] {
    return this.#frames(0, this.#events.length);
  }

  /** @param more Events after the point of failure that are kept, too. */
  kept(more = 0): readonly Frame[] {
    return this.#frames(0, this.#failAt + more);
  }

  rest(): readonly Frame[] {
    return this.#frames(this.#failAt, this.#events.length);
  }

  error(): Frame {
    return this.frame(toJson(scriptedErrorBody(this.scenario, ERROR_STATUS), this.scenario.json));
  }

  /** Looks like a chunk and stops in the middle of a string. */
  malformed(): Frame {
    return this.frame('{"id":"chatcmpl-mock","choices":[{"delta":{"content":"');
  }

  /** An event in the place of the one that fails. */
  frame(data: string, offset = 0): Frame {
    return toFrame(this.failAtMs, this.text(data, offset), 0);
  }

  text(data: string, offset = 0): string {
    return frameEvent(this.scenario, data, this.#failAt + offset);
  }

  #frames(from: number, to: number): readonly Frame[] {
    return this.#events.slice(from, to).map(({ atMs, data, tokens }, index) => {
      return toFrame(atMs, frameEvent(this.scenario, data, from + index), tokens);
    });
  }
}

function ended(frames: readonly Frame[]): ScriptedBody {
  return { frames, loop: undefined, ending: "end", endAtMs: frames.at(-1)?.atMs ?? 0 };
}

function looping(stream: HealthyStream, text: string): ScriptedBody {
  const everyMs = stream.scenario.failGap;
  const loop: BodyLoop = { bytes: Buffer.from(text), everyMs, rounds: Infinity };
  return { ...ended(stream.kept()), loop };
}

function dripped(stream: HealthyStream): readonly Frame[] {
  return recutFrames(stream.rest(), 1, stream.scenario.failGap);
}

function floodBlock(): Buffer {
  return Buffer.alloc(FLOOD_BLOCK_BYTES, "data: no line ends here ");
}

function toFrame(atMs: number, text: string, tokens: number): Frame {
  return { atMs, bytes: Buffer.from(text), tokens, isApart: false };
}
