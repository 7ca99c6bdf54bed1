/** A set that may say yes to what it does not hold, and never no to what it does. */
export interface BloomFilterOptions {
  readonly bits: number;
  /** Looks per question. */
  readonly hashes: number;
}

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;
/** Of MurmurHash3's last step. */
const MIX = 0x85ebca6b;

export class BloomFilter {
  readonly #words: Uint32Array;
  readonly #bits: number;
  readonly #hashes: number;

  constructor({ bits, hashes }: BloomFilterOptions) {
    this.#words = new Uint32Array(Math.ceil(bits / 32));
    this.#bits = bits;
    this.#hashes = hashes;
  }

  add(key: string): void {
    const first = hashText(key);
    const second = mix(first);
    for (let look = 0; look < this.#hashes; look++) {
      const bit = this.#toBit(first, second, look);
      this.#words[bit >>> 5] = (this.#words[bit >>> 5] ?? 0) | (1 << (bit & 31));
    }
  }

  has(key: string): boolean {
    const first = hashText(key);
    const second = mix(first);
    for (let look = 0; look < this.#hashes; look++) {
      const bit = this.#toBit(first, second, look);
      if (((this.#words[bit >>> 5] ?? 0) & (1 << (bit & 31))) === 0) return false;
    }
    return true;
  }

  #toBit(first: number, second: number, look: number): number {
    return (first + look * second) % this.#bits;
  }
}

function hashText(text: string): number {
  let hash = FNV_OFFSET;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), FNV_PRIME);
  }
  return hash >>> 0;
}

function mix(hash: number): number {
  const mixed = Math.imul(hash ^ (hash >>> 16), MIX);
  return ((mixed ^ (mixed >>> 13)) | 1) >>> 0;
}
