/**
 * The header of one part of a form.
 *
 * Source: RFC 7578, 4.2; RFC 5322, 2.2, without folded lines.
 */
import { parseParameters } from "./header-parameters.ts";

/** No control character but a tab: a bare CR or LF is a line end to some and not to others. */
const LINE = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):([\t\P{Cc}]*)$/u;
const FORM_DATA = /^form-data[ \t]*(?=;|$)/i;

export interface PartHeader {
  /** Of the field. */
  readonly name: string;
  /** It has the name of a file too, be it an empty one. */
  readonly isFile: boolean;
}

/**
 * @param header Its lines, without the empty one at the end.
 * @returns `undefined` when the header is not valid or names no field.
 */
export function readPartHeader(header: string): PartHeader | undefined {
  let disposition: string | undefined;
  for (const line of header.split("\r\n")) {
    const match = LINE.exec(line);
    if (match === null) return undefined;
    const [, name = "", value = ""] = match;
    if (name.toLowerCase() !== "content-disposition") continue;
    if (disposition !== undefined) return undefined;
    disposition = value.trim();
  }
  return readDisposition(disposition ?? "");
}

function readDisposition(value: string): PartHeader | undefined {
  const type = FORM_DATA.exec(value)?.[0];
  if (type === undefined) return undefined;
  const parameters = parseParameters(value.slice(type.length));
  // `name*`, `name*0`, …: some servers join or prefer them, and no form has them. (RFC 2231, 3 and 4)
  const names = [...(parameters?.keys() ?? [])];
  if (names.some((name) => name.includes("*") && !name.startsWith("filename"))) return undefined;
  const name = parameters?.get("name");
  return name === undefined
    ? undefined
    : { name, isFile: names.some((given) => given.startsWith("filename")) };
}
