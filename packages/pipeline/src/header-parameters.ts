/**
 * Parameters behind a header's value, as in `form-data; name="model"`.
 *
 * Strict: two readers that disagree about a header would read two different requests.
 *
 * Source: RFC 9110, 5.6.6 "Parameters", and RFC 7578, 4.2.
 */
const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const PARAMETER = new RegExp(
  `[ \\t]*;[ \\t]*(${TOKEN})=(?:"((?:[^"\\\\]|\\\\.)*)"|(${TOKEN}))`,
  "y",
);

/**
 * @param text What follows the value, from the first semicolon on.
 * @returns Values by lower-case name; `undefined` for anything else, also for a name that comes twice.
 */
export function parseParameters(text: string): ReadonlyMap<string, string> | undefined {
  const parameters = new Map<string, string>();
  const rest = text.trimEnd();
  PARAMETER.lastIndex = 0;
  while (PARAMETER.lastIndex < rest.length) {
    const match = PARAMETER.exec(rest);
    if (match === null) return undefined;
    const [, name = "", quoted, token = ""] = match;
    const key = name.toLowerCase();
    if (parameters.has(key)) return undefined;
    parameters.set(key, quoted === undefined ? token : quoted.replaceAll(/\\(.)/g, "$1"));
  }
  return parameters;
}
