/**
 * Makes an upstream's words fit for the client: what the client did wrong stays; where and with which
 * credential we asked goes.
 *
 * Only what is known to be harmless is let through (see `isSafeWord`), because what secrets look like is
 * known to nobody.
 */
import { CredentialWatch } from "./credential-watch.ts";
import { isSafeWord } from "./safe-words.ts";

/** Characters: a sentence or two. */
const MESSAGE_MAX = 500;
/** Read, so that nothing is cut in two before it is judged. Characters. */
const READ_MAX = 2000;
/** Punctuation on either side of a word is looked for within that. Characters. */
const TOKEN_MAX = 80;

const LEFT_OUT = "[…]";

/** What is no character to print, or a kind of space. */
const BLANKS = /[\p{C}\p{Z}]+/gu;
/** Secrets are written in ASCII: other scripts, and their punctuation, pass. */
const ASCII_TOKEN = /[!-~]+/g;
/** What stands around a word, and what separates words without a space. */
const PUNCTUATED = /^([^A-Za-z0-9:/@\\_.-]*)(.*?)([^A-Za-z0-9/@\\_-]*)$/;
const SEPARATORS = /["'`]?[,;|]["'`]?/;
const REPEATED = /(?:\[…\] )+(?=\[…\])/g;
const NO_KEY = /[-_]$/;

/**
 * @param names Of the client's own request: its fields and its model.
 * @returns "" when nothing is left that would help.
 */
export function sanitizeMessage(message: string, names: ReadonlySet<string> = new Set()): string {
  const watch = new CredentialWatch();
  // Cut first: nothing here is to see megabytes of what somebody else wrote.
  const text = message.slice(0, READ_MAX).replaceAll(BLANKS, " ");
  const clean = text
    .replaceAll(ASCII_TOKEN, (token) => sanitizeToken(token, names, watch))
    .replaceAll(REPEATED, "");
  const isHelpful = /\p{L}/u.test(clean);
  return isHelpful ? clean.slice(0, MESSAGE_MAX).trim() : "";
}

function sanitizeToken(token: string, names: ReadonlySet<string>, watch: CredentialWatch): string {
  if (token.length > TOKEN_MAX) return LEFT_OUT;
  const [, start = "", word = "", end = ""] = PUNCTUATED.exec(token) ?? [];
  const isSecret = watch.isSecret(word, end);
  if (word === "") return token;
  const isSafe = !isSecret && word.split(SEPARATORS).every((part) => isSafeWord(part, names));
  if (isSafe) return token;
  if (NO_KEY.test(word)) watch.expectRest();
  return start + LEFT_OUT + end;
}
