/**
 * What can be read of a large answer, found while it arrives: a small JSON text that says the same as
 * the whole to everybody who reads answers here.
 *
 * It has the members of the answer that are small, and of its lists the small members of their first objects:
 * of a chat completion the finish reasons and not the messages, of embeddings the usage and not the numbers.
 */
import type { ByteSpan } from "@slipstream/contracts/chunk";
import { OPEN_BRACE, OPEN_BRACKET, skipSpace } from "./json-bytes.ts";
import { JsonOutline } from "./json-outline.ts";
import type { OutlineBounds, OutlineReader } from "./json-outline.ts";

/** Thirty thousand tokens with twenty alternatives to each have 1.3 million containers. */
const BOUNDS: OutlineBounds = {
  depthMax: 128,
  containersMax: 2_000_000,
  membersMax: 3_000_000,
};
/** Usage takes some hundred bytes, an error may have words. */
const MEMBER_BYTES_MAX = 8 * 1024;
/** The usage, the error or the finish reason of one choice. */
const ITEM_MEMBER_BYTES_MAX = 1024;
/** The members of an object in a list that is a member of the answer. */
const ITEM_MEMBERS_DEPTH = 3;
/** As many choices as a request may ask for. */
const ITEMS_MAX = 128;
/** Of the members, and again of the lists. A digest of this is parsed as a whole. */
const KEPT_BYTES_MAX = 48 * 1024;

/** A list that is too large to be kept as it is. */
interface DigestList {
  /** Of the answer's member: its name, up to its value. */
  readonly name: ByteSpan;
  /** The members that are kept of each item. */
  readonly items: readonly (readonly ByteSpan[])[];
}

export class AnswerDigest implements OutlineReader {
  readonly depthMax: number = ITEM_MEMBERS_DEPTH;
  readonly #outline: JsonOutline = new JsonOutline(BOUNDS, this);
  readonly #members: ByteSpan[] = [];
  readonly #lists: DigestList[] = [];
  #membersBytes = 0;
  #listsBytes = 0;
  #nameStart = 0;
  #valueStart = 0;
  /** Of the member under way. */
  #items: ByteSpan[][] = [];
  /** Of the member of an item; -1 in an item that is no object. */
  #itemNameStart = -1;

  /**
   * @param bytes All bytes so far.
   * @returns false when they are no JSON object, or more in structure than an answer may be.
   */
  read(bytes: Buffer): boolean {
    if (bytes[skipSpace(bytes, 0)] !== OPEN_BRACE) return false;
    const state = this.#outline.read(bytes);
    return state === "open" || state === "whole";
  }

  /**
   * @param bytes All bytes.
   * @returns what is no JSON text for an answer that is none.
   */
  digest(bytes: Buffer): Buffer {
    if (this.#outline.read(bytes) !== "whole") return Buffer.alloc(0);
    const toText = ({ start, end }: ByteSpan): string => bytes.toString("latin1", start, end);
    const members = this.#members.map(toText);
    for (const { name, items } of this.#lists) {
      if (bytes[name.end] !== OPEN_BRACKET) continue;
      const texts = items.map((item) => `{${item.map(toText).join(",")}}`);
      members.push(`${toText(name)}[${texts.join(",")}]`);
    }
    return Buffer.from(`{${members.join(",")}}`, "latin1");
  }

  name(start: number, depth: number): void {
    if (depth === 1) this.#nameStart = start;
    else if (depth === ITEM_MEMBERS_DEPTH) this.#itemNameStart = start;
  }

  valueStart(start: number, depth: number): void {
    if (depth === 1) {
      this.#valueStart = start;
      this.#items = [];
    } else if (depth === 2) {
      this.#itemNameStart = -1;
      // One more than there may be: where the members of all that follow would go.
      if (this.#items.length <= ITEMS_MAX) this.#items.push([]);
    }
  }

  valueEnd(end: number, depth: number): void {
    if (depth === 1) this.#keepMember(end);
    else if (depth === ITEM_MEMBERS_DEPTH) this.#keepItemMember(end);
  }

  longString(): void {
    // Too long to be kept.
  }

  #keepMember(end: number): void {
    const bytes = end - this.#nameStart;
    if (bytes <= MEMBER_BYTES_MAX) {
      this.#membersBytes += bytes;
      if (this.#membersBytes > KEPT_BYTES_MAX) return;
      this.#members.push({ start: this.#nameStart, end });
    } else {
      const name = { start: this.#nameStart, end: this.#valueStart };
      const items = this.#items.slice(0, ITEMS_MAX);
      this.#lists.push({ name, items });
    }
  }

  #keepItemMember(end: number): void {
    if (this.#itemNameStart === -1 || this.#items.length > ITEMS_MAX) return;
    const bytes = end - this.#itemNameStart;
    if (bytes > ITEM_MEMBER_BYTES_MAX || this.#listsBytes + bytes > KEPT_BYTES_MAX) return;
    this.#listsBytes += bytes;
    this.#items.at(-1)?.push({ start: this.#itemNameStart, end });
  }
}
