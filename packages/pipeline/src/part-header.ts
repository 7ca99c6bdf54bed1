/**
 * The header of one part of a form.
 *
 * Source: RFC 7578, 4.2; RFC 5322, 2.2, without folded lines.
 */
import { parseParameters } from "./header-parameters.ts";

/** No control character but a tab: a bare CR or LF is a line end to some and not to others. */
const LINE = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):([\t\P{Cc}]*)$/u;
const FORM_DATA = /^form-data[ \t]*(?=;|$)/i;

/**
 * @param header Its lines, without the empty one at the end.
 * @returns The name of the field; `undefined` when the header is not valid or names none.
 */
export function readFieldName(header: string): string | undefined {
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

function readDisposition(value: string): string | undefined {
  const type = FORM_DATA.exec(value)?.[0];
  if (type === undefined) return undefined;
  const parameters = parseParameters(value.slice(type.length));
  // `name*`, `name*0`, …: some servers join or prefer them, and no form has them. (RFC 2231, 3 and 4)
  const names = [...(parameters?.keys() ?? [])];
  if (names.some((name) => name.includes("*") && !name.startsWith("filename"))) return undefined;
  return parameters?.get("name");
}
