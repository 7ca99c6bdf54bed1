/**
 * Look-ups that share statements: while one statement is under way, further questions gather, and the
 * next statement answers all of them.
 *
 * So look-ups hold one place in the line for the connection, however many there are. Whoever has no key
 * can ask for as many invented ones as they like: everybody else who needs the connection waits for one
 * statement of look-ups at most.
 */

/**
 * Per statement. 200 unknown keys take about 0.6 ms, 200 known ones 1.5 ms (100,000 keys in the table):
 * less than a batch of usage records. Longer lists save nothing more.
 */
export const LOOK_UP_KEYS_MAX = 200;

/** @returns what was found, by key; keys without an answer are not in it. */
export type FindAll<Answer> = (keys: readonly string[]) => Promise<ReadonlyMap<string, Answer>>;

type Asked<Answer> = PromiseWithResolvers<Answer | undefined>;

export class BatchedLookUps<Answer> {
  readonly #findAll: FindAll<Answer>;
  /** In order of arrival; not in a statement yet. */
  readonly #waiting = new Map<string, Asked<Answer>>();
  #isRunning = false;

  constructor(findAll: FindAll<Answer>) {
    this.#findAll = findAll;
  }

  /**
   * The statement that answers is always begun after the call. The caller bounds how many it asks at once.
   *
   * @throws what `findAll` throws.
   */
  find(key: string): Promise<Answer | undefined> {
    let asked = this.#waiting.get(key);
    if (asked === undefined) {
      asked = Promise.withResolvers<Answer | undefined>();
      this.#waiting.set(key, asked);
      if (!this.#isRunning) void this.#run();
    }
    return asked.promise;
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    while (this.#waiting.size > 0) await this.#answer(this.#takeBatch());
    this.#isRunning = false;
  }

  #takeBatch(): ReadonlyMap<string, Asked<Answer>> {
    const batch = new Map<string, Asked<Answer>>();
    for (const [key, asked] of this.#waiting) {
      if (batch.size === LOOK_UP_KEYS_MAX) break;
      batch.set(key, asked);
      this.#waiting.delete(key);
    }
    return batch;
  }

  /** Never rejects. */
  async #answer(batch: ReadonlyMap<string, Asked<Answer>>): Promise<void> {
    try {
      const found = await this.#findAll([...batch.keys()]);
      for (const [key, { resolve }] of batch) resolve(found.get(key));
    } catch (error) {
      for (const { reject } of batch.values()) reject(error);
    }
  }
}
