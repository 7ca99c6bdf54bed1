/**
 * Watches for what follows a word for a credential: there any word may be the secret itself.
 */

/** What they are called. */
const CREDENTIAL =
  /^(?:x-)?(?:[a-z]+[-_])*(?:passwords?|passwd|pwd|passphrase|secret|bearer|credentials?|apikey|authorization|cookie|(?:api|access|secret|private|auth|account|shared|master|signing|encryption)[-_]?keys?|(?:access|auth|api|bearer|refresh|session|id)[-_]token)$/i;
/** These are words of the trade as well: only with a colon or an equals sign is something said of them. */
const PERHAPS = /^(?:[a-z]+[-_])*(?:keys?|tokens?|auth|login|user|username)$/i;
/** Between the name and the secret. */
const LINK =
  /^(?:is|was|are|were|be|of|the|your|my|value|given|provided|sent|used|found|got|received|header|basic|bearer|token|key)$/i;
/** What is said about a credential in place of it. */
const TALK =
  /^(?:not|no|and|or|for|in|to|has|have|must|may|can|cannot|should|will|missing|invalid|incorrect|wrong|required|expired|revoked|unknown|disabled|does|did|with|by|from|on|which|that|please|you)$/i;

export class CredentialWatch {
  #isAwaited = false;

  /**
   * @param word Without the punctuation around it; "" for punctuation alone.
   * @param end The punctuation behind it.
   * @returns whether this may be a secret, whatever it looks like.
   */
  isSecret(word: string, end: string): boolean {
    const isSecret = this.#isAwaited && word !== "" && !LINK.test(word) && !TALK.test(word);
    if (isSecret || TALK.test(word)) this.#isAwaited = false;
    const isTold = /[:=]/.test(end);
    if (CREDENTIAL.test(word) || (isTold && PERHAPS.test(word))) this.#isAwaited = true;
    return isSecret;
  }

  /** A key's beginning stood alone: what follows is its rest. */
  expectRest(): void {
    this.#isAwaited = true;
  }
}
