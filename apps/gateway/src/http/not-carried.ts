/**
 * What OpenAI serves and Slipstream does not. A client that calls one of these has not mistyped a path: it
 * should hear that it stands in front of something smaller, and not try again.
 *
 * Source: the paths of OpenAI's own client, and those that it once had.
 */

/** Each stands for all paths below it too. */
const PREFIXES: readonly string[] = [
  "/v1/agents",
  "/v1/answers",
  "/v1/assistants",
  "/v1/audio/voice_consents",
  "/v1/audio/voices",
  "/v1/batches",
  "/v1/chat/completions",
  "/v1/chatkit",
  "/v1/classifications",
  "/v1/containers",
  "/v1/content_provenance_checks",
  "/v1/conversations",
  "/v1/decisions",
  "/v1/edits",
  "/v1/engines",
  "/v1/evals",
  "/v1/files",
  "/v1/fine-tunes",
  "/v1/fine_tuning",
  "/v1/graders",
  "/v1/images/variations",
  "/v1/live",
  "/v1/organization",
  "/v1/projects",
  "/v1/realtime",
  "/v1/responses",
  "/v1/safety",
  "/v1/skills",
  "/v1/threads",
  "/v1/uploads",
  "/v1/vaults",
  "/v1/vector_stores",
  "/v1/videos",
  "/v1/webhook_endpoints",
  "/v1/webhook_event_types",
  "/v1/workspace",
];

/** @param path Without the query; not one that is served. */
export function isNotCarried(path: string): boolean {
  return PREFIXES.some((prefix) => path === prefix || path.startsWith(`${prefix}/`));
}
