import { StoreError } from "../store-error.ts";

/** Trouble that does not pass: the process has to be started again to have a store. */
export class StoreLostError extends StoreError {}
