/**
 * The store cannot answer. The message is for operators; it holds no parameter of a statement.
 */
export class StoreError extends Error {
  override readonly name = "StoreError";
}
