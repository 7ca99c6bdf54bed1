/** A path of our API, as metric label and log field. `unknown` is whatever we do not serve. */
export const ENDPOINTS = ["chat_completions", "models", "unknown"] as const;

export type EndpointName = (typeof ENDPOINTS)[number];

/** OpenTelemetry's `gen_ai.operation.name`; an endpoint without inference has none. */
export type OperationName = "chat";
