/**
 * Several processes use one file, the gateway and the `keys` command for example. A write of one
 * takes milliseconds, so whoever waits longer than this waits for something broken.
 */
export const BUSY_TIMEOUT_MS: number = 5_000;
export const BUSY_RETRY_INTERVAL_MS: number = 10;
export const BUSY_RETRIES_MAX: number = BUSY_TIMEOUT_MS / BUSY_RETRY_INTERVAL_MS;
