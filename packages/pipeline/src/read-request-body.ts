/** Reads a request body as far as is needed to know where it goes. */
import type { ClientRequest } from "@slipstream/contracts/client";
import type { Clock } from "@slipstream/contracts/clock";
import { BodyReading } from "./body-reading.ts";
import { editBody, isPlainName, parseInTurns } from "./inference-body.ts";
import type { BodyForm, JsonForm } from "./inference-endpoint.ts";
import type { NextTurn } from "./json-structure.ts";
import type { RequestBody } from "./request-body.ts";
import type { RequestLife } from "./request-life.ts";
import { Upload } from "./upload.ts";

/** A long conversation with images in base64. */
export const BODY_BYTES_MAX: number = 10 * 1024 * 1024;

export interface BodyPorts {
  readonly clock: Clock;
  readonly nextTurn: NextTurn;
}

/** @returns how many bytes of a body may have to be held. */
export function toBytesMax({ announcedBytes = Infinity }: ClientRequest, form: BodyForm): number {
  return Math.min(announcedBytes, form.type === "json" ? BODY_BYTES_MAX : form.bytesMax);
}

/**
 * @returns `undefined` when the request was over before.
 * @throws {GatewayError} for a body that cannot be read or says what it must not.
 */
export function readRequestBody(
  life: RequestLife,
  { clock, nextTurn }: BodyPorts,
  form: BodyForm,
): Promise<RequestBody | undefined> {
  return form.type === "json"
    ? readJson(life, nextTurn, form)
    : readUpload(life, clock, form.bytesMax);
}

async function readJson(
  life: RequestLife,
  nextTurn: NextTurn,
  form: JsonForm,
): Promise<RequestBody | undefined> {
  const { request, facts } = life;
  const bytes = await life.awaitClient(request.readBody(BODY_BYTES_MAX));
  if (!life.isOpen) return undefined;
  facts.requestBytes = bytes.length;
  const body = await parseInTurns(bytes, request.contentType, form.check, nextTurn);
  const { model, isStream, choices, streamOptions } = body;
  return {
    model,
    isStream,
    choices,
    streamOptions,
    contentType: "application/json",
    isHeld: true,
    knownNames: () => new Set([model, ...[...body.members.keys()].filter(isPlainName)]),
    edit: (edits) => editBody(body, edits),
    findTimeout: () => undefined,
    release: () => undefined,
  };
}

async function readUpload(
  life: RequestLife,
  clock: Clock,
  bytesMax: number,
): Promise<RequestBody | undefined> {
  const upload = new Upload(life, clock, bytesMax);
  life.assign(new BodyReading(life, upload));
  try {
    await life.awaitClient(upload.readModel());
  } catch (error) {
    upload.release();
    throw error;
  }
  if (life.isOpen) return upload;
  upload.release();
  return undefined;
}
