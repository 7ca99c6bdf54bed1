import { AUTH } from "./suites/auth.ts";
import { COMPLETIONS } from "./suites/completions.ts";
import { PROVIDER_POOL } from "./suites/provider-pool.ts";
import { RESPONSES } from "./suites/responses.ts";
import { VALIDATION } from "./suites/validation.ts";
import type { Suite } from "./task.ts";

/** In the order of the reference. */
export const SUITES: readonly Suite[] = [COMPLETIONS, AUTH, PROVIDER_POOL, RESPONSES, VALIDATION];
