/**
 * Which words of an upstream's message cannot be a secret: natural words, numbers, and names of the public API
 * or of the client's own request. Hosts, addresses, paths, keys and ids have a form that none of these has.
 *
 * It judges the form of one word. A password that is a natural word has none; see `CredentialWatch`.
 */
import { PUBLIC_NAMES } from "./public-names.ts";

/** Longer than `content_policy_fallbacks`; keys and tokens begin at about thirty characters. Characters. */
const WORD_MAX = 40;
/** Of letters alone: `uncharacteristically`. */
const LETTERS_MAX = 20;
/** Beyond these, letters in capitals are more likely a key than a word. `ECONNREFUSED` has twelve. */
const CAPITALS_MAX = 12;
/** Shorter ones, such as `https` and `JSON`, may lack a vowel. */
const VOWEL_FROM = 6;
/** Parts that hyphens or underscores join: `context_window_fallback_dict`, `state-of-the-art`. */
const PARTS_MAX = 6;

const NATURAL_CASE = /^(?:[a-z]+|[A-Z][a-z]*|[A-Z]+)$/;
/** `additionalProperties`, `BadRequestError`: words of three letters and more. */
const CAMEL_CASE = /^(?:[a-z]{3,}|[A-Z][a-z]{2,})(?:[A-Z][a-z]{2,}){1,3}$/;
const HUMP = /[A-Z]?[a-z]+/g;
const NO_LETTERS = /^[^A-Za-z0-9]*$/;
const CONSONANTS = /[bcdfghjklmnpqrstvwxz]{6}/i;
const VOWEL = /[aeiouy]/i;
const HEXADECIMAL = /^[a-f]{8,}$/i;

/** 4096, -0.5, 4,096, 1e-5, 50%, 128k, 20MB, 3rd, 1024x1024, 2024-08-06, 1-128, 3/4. No address, no id. */
const NUMBER =
  /^[<>=~+$-]{0,3}(?:\d{1,9}|\d{1,3}(?:,\d{3}){1,3})(?:\.\d{1,6})?(?:e[+-]?\d{1,3})?(?:%|[kmg]i?b?|b|ms|s|st|nd|rd|th|px)?$/i;
const NUMBERS = /^(?:\d{1,5}x\d{1,5}|\d{4}-\d{2}-\d{2}|\d{1,9}-\d{1,9}|\d{1,4}\/\d{1,4})$/;

/** `messages[0].content`, `messages.0.content`; the last bracket may have been taken for punctuation. */
const MEMBER_PATH = /^[A-Za-z_]\w*(?:\[\d{1,5}(?:\]|$)|\.\d{1,5}(?=\.|\[|$)|\.[A-Za-z_]\w*)+$/;
const PATH_NAMES = /[A-Za-z_]\w*/g;

/** What they are called with in front: `sk-…`, `ghp_…`. */
const KEY_PREFIX =
  /^(?:sk|pk|rk|ak|gsk|xai|hf|ghp|gho|ghu|ghs|ghr|github|glpat|npm|pypi|whsec|xox[a-z]|akia|asia|aiza|key|org|proj)$/i;
const MEDIA = /^(?:application|audio|image|multipart|text|video)$/;
const SLASHED: ReadonlySet<string> = new Set(["and/or", "either/or", "input/output", "true/false"]);
const ABBREVIATIONS: ReadonlySet<string> = new Set(["e.g", "i.e"]);
/** Natural words, but they are addresses. */
const PLACES: ReadonlySet<string> = new Set(["localhost", "loopback"]);

/** @param known Names of the client's own request, which it may read again. */
export function isSafeWord(word: string, known: ReadonlySet<string>): boolean {
  if (known.has(word) || NO_LETTERS.test(word)) return true;
  if (word.length > WORD_MAX) return false;
  if (NUMBER.test(word) || NUMBERS.test(word) || ABBREVIATIONS.has(word)) return true;
  const isName = (name: string): boolean => PUBLIC_NAMES.has(name) || known.has(name);
  if (isName(word)) return true;
  if (/[=:]/.test(word)) return isAssignment(word, isName);
  if (word.includes("/")) return isSlashed(word);
  if (MEMBER_PATH.test(word)) return (word.match(PATH_NAMES) ?? []).every(isName);
  return isJoined(word, isName);
}

/** `n=2`, `parameter=input_tokens`: names and numbers on both sides. */
function isAssignment(word: string, isName: (name: string) => boolean): boolean {
  const sides = word.split(/["'`]*[=:]["'`]*/);
  return (
    sides.length === 2 &&
    sides.every((side) => isName(side) || NUMBER.test(side)) &&
    isName(sides[0] ?? "")
  );
}

/** `image/png`; not `models/llama`. */
function isSlashed(word: string): boolean {
  const [first = "", second = "", ...more] = word.split("/");
  return SLASHED.has(word) || (more.length === 0 && MEDIA.test(first) && isNatural(second));
}

/** `non-empty`, `max_prompt_tokens`, `model's`, `n'accepte`, `token(s`. */
function isJoined(word: string, isName: (name: string) => boolean): boolean {
  const stem = word.replace(/^[a-z]{1,2}'|(?:'[a-z]{1,2}|\(e?s)$/i, "");
  const parts = stem.split(/[-_]/);
  if (parts.length > 1 && KEY_PREFIX.test(parts[0] ?? "")) return false;
  return parts.length <= PARTS_MAX && parts.every((part) => isNatural(part) || isName(part));
}

function isNatural(word: string): boolean {
  if (CAMEL_CASE.test(word)) return (word.match(HUMP) ?? []).every(isNatural);
  if (word.length > LETTERS_MAX || !NATURAL_CASE.test(word)) return false;
  if (PLACES.has(word.toLowerCase()) || HEXADECIMAL.test(word)) return false;
  const isInCapitals = word.length > 1 && word === word.toUpperCase();
  if (isInCapitals && word.length > CAPITALS_MAX) return false;
  return !CONSONANTS.test(word) && (word.length < VOWEL_FROM || VOWEL.test(word));
}
