/** From an event to the text that carries it: server-sent events in every legal and some odd forms. */
import type { Scenario } from "./scenario.ts";

export type EventFraming = Pick<
  Scenario,
  | "envelope"
  | "lineEnd"
  | "dataSpace"
  | "eventField"
  | "idField"
  | "commentFirst"
  | "commentEvery"
  | "bom"
>;

const LINE_ENDS: Readonly<Record<Scenario["lineEnd"], string>> = {
  lf: "\n",
  crlf: "\r\n",
  cr: "\r",
};

const BYTE_ORDER_MARK = "\uFEFF";

/**
 * @param data One event's data; a line feed in it starts another `data:` line.
 * @param index Position of the event in its stream, from 0.
 */
export function frameEvent(framing: EventFraming, data: string, index: number): string {
  const isFirst = index === 0;
  const isCommented = framing.commentEvery > 0 && !isFirst && index % framing.commentEvery === 0;
  const mark = isFirst && framing.bom ? BYTE_ORDER_MARK : "";
  const opening = isFirst && framing.commentFirst ? frameComment(framing, "processing") : "";
  const comment = isCommented ? frameComment(framing, "keep-alive") : "";
  return mark + opening + comment + frameData(framing, data, index);
}

export function frameComment({ lineEnd }: EventFraming, text: string): string {
  return `: ${text}${LINE_ENDS[lineEnd]}${LINE_ENDS[lineEnd]}`;
}

function frameData(framing: EventFraming, data: string, index: number): string {
  const eol = LINE_ENDS[framing.lineEnd];
  if (framing.envelope === "jsonl") return data + eol;
  const field = framing.dataSpace ? "data: " : "data:";
  const lines = data.split("\n").map((line) => field + line);
  if (framing.eventField) lines.unshift("event: message");
  if (framing.idField) lines.unshift(`id: ${index}`);
  return lines.join(eol) + eol + eol;
}
