/** The body of an answer that is not a stream, and what can go wrong with it. */
import { scriptedErrorBody } from "./error-body.ts";
import type { Frame, ScriptedBody } from "./frame.ts";
import { toJson } from "./json-format.ts";
import { recutFrames } from "./packets.ts";
import type { FailKind, Scenario } from "./scenario.ts";
import { toBody } from "./timeline.ts";

export interface WholeBody {
  readonly body: ScriptedBody;
  /** Announced length; `undefined`: chunked. */
  readonly length: number | undefined;
}

/** `flood` pads the answer with this many spaces so many times. */
const FLOOD_BLOCK_BYTES = 64 * 1024;
const FLOOD_ROUNDS = 1024;
const ERROR_STATUS = 500;

/** @param atMs When it is sent. */
export function scriptWhole(
  scenario: Scenario,
  json: object,
  atMs: number,
  tokens: number,
): WholeBody {
  const good = toBody(atMs, Buffer.from(toJson(json, scenario.json)), tokens);
  return FAILING[scenario.fail](good, scenario);
}

type Failing = Readonly<Record<FailKind, (good: ScriptedBody, scenario: Scenario) => WholeBody>>;

const FAILING: Failing = {
  none: (good) => announced(good),
  error: errorBody,
  "error-done": errorBody,
  malformed: (good) => announced(firstHalf(good)),
  drip: (good, { failGap }) => announced({ ...good, frames: recutFrames(good.frames, 1, failGap) }),
  fin: (good) => ({ ...announced(good), body: { ...good, ending: "cut" } }),
  cut: (good) => ({ ...announced(good), body: { ...good, ending: "cut" } }),
  reset: (good) => ({ ...announced(good), body: { ...firstHalf(good), ending: "reset" } }),
  stall: stalled,
  comments: stalled,
  deltas: stalled,
  flood: (good) => ({
    body: {
      ...good,
      loop: { bytes: Buffer.alloc(FLOOD_BLOCK_BYTES, " "), everyMs: 0, rounds: FLOOD_ROUNDS },
    },
    length: undefined,
  }),
};

function announced(body: ScriptedBody): WholeBody {
  return { body, length: body.frames.reduce((sum, { bytes }) => sum + bytes.length, 0) };
}

function stalled(good: ScriptedBody): WholeBody {
  return { ...announced(good), body: { ...firstHalf(good), ending: "hang" } };
}

/** Status 200, and an error in the body. */
function errorBody(good: ScriptedBody, scenario: Scenario): WholeBody {
  const json = toJson(scriptedErrorBody(scenario, ERROR_STATUS), scenario.json);
  return announced(toBody(good.endAtMs, Buffer.from(json), 0));
}

function firstHalf(good: ScriptedBody): ScriptedBody {
  return { ...good, frames: good.frames.map(toHalf) };
}

function toHalf({ bytes, ...frame }: Frame): Frame {
  return { ...frame, bytes: bytes.subarray(0, Math.floor(bytes.length / 2)), tokens: 0 };
}
