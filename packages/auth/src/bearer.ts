const SCHEME = "bearer";
const SPACE = 0x20;
/** Set, it makes a small letter of its ASCII capital, and of nothing else. */
const LOWER_CASE_BIT = 0x20;

/**
 * The credential in the value of an `Authorization` header.
 *
 * The scheme is read in any case and may be followed by more than one space (RFC 9110 §11.4).
 * Whether the rest is *one* credential is for the key's own form to say: a space or a comma is in
 * no key.
 *
 * @returns `undefined` when the header names another scheme, or no credential follows.
 */
export function parseBearer(authorization: string): string | undefined {
  for (let i = 0; i < SCHEME.length; i++) {
    if ((authorization.charCodeAt(i) | LOWER_CASE_BIT) !== SCHEME.charCodeAt(i)) return undefined;
  }
  let start = SCHEME.length;
  while (authorization.charCodeAt(start) === SPACE) start++;
  if (start === SCHEME.length || start === authorization.length) return undefined;
  return authorization.slice(start);
}
