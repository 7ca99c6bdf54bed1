/** Tokens and money. */
import { GEN_AI_LABELS } from "./metric-row.ts";
import type { CounterRow, GaugeRow, GenAiLabel } from "./metric-row.ts";

export const INPUT_TOKENS: CounterRow<GenAiLabel> = {
  type: "counter",
  name: "gen_ai_client_inference_usage_input_tokens_total",
  help: "Input tokens as reported by providers, cached ones included.",
  unit: "tokens",
  labels: GEN_AI_LABELS,
  convention: "gen_ai.client.inference.usage.input_tokens",
};

export const OUTPUT_TOKENS: CounterRow<GenAiLabel> = {
  type: "counter",
  name: "gen_ai_client_inference_usage_output_tokens_total",
  help: "Output tokens as reported by providers, reasoning included.",
  unit: "tokens",
  labels: GEN_AI_LABELS,
  convention: "gen_ai.client.inference.usage.output_tokens",
};

export const CACHE_READ_INPUT_TOKENS: CounterRow<GenAiLabel> = {
  type: "counter",
  name: "gen_ai_client_inference_usage_cache_read_input_tokens_total",
  help: "Input tokens that providers took from their own prompt cache.",
  unit: "tokens",
  labels: GEN_AI_LABELS,
  convention: "gen_ai.client.inference.usage.cache_read.input_tokens",
};

export const REASONING_OUTPUT_TOKENS: CounterRow<GenAiLabel> = {
  type: "counter",
  name: "gen_ai_client_inference_usage_reasoning_output_tokens_total",
  help: "Output tokens that went into reasoning.",
  unit: "tokens",
  labels: GEN_AI_LABELS,
  convention: "gen_ai.client.inference.usage.reasoning.output_tokens",
};

export const SETTLED_TOKENS: CounterRow<"gen_ai_request_model" | "kind" | "source"> = {
  type: "counter",
  name: "slipstream_settled_tokens_total",
  help: "Tokens that requests under a valid key have to answer for, as reported or as estimated.",
  unit: "tokens",
  labels: ["gen_ai_request_model", "kind", "source"],
};

export const WASTED_TOKENS: CounterRow<"gen_ai_request_model"> = {
  type: "counter",
  name: "slipstream_wasted_tokens_total",
  help: "Output tokens of answers whose client did not stay for the end.",
  unit: "tokens",
  labels: ["gen_ai_request_model"],
};

export const COST: CounterRow<"gen_ai_request_model"> = {
  type: "counter",
  name: "slipstream_cost_usd_total",
  help: "Price of the settled tokens, US dollars, for models that have one in the configuration.",
  unit: "usd",
  labels: ["gen_ai_request_model"],
};

export const USAGE_RECORDS: CounterRow<"source"> = {
  type: "counter",
  name: "slipstream_usage_records_total",
  help: "Usage records made: one for each request for inference under a valid key.",
  unit: undefined,
  labels: ["source"],
};

export const USAGE_WAITING: GaugeRow = {
  type: "gauge",
  name: "slipstream_usage_records_waiting",
  help: "Usage records that are not in the store yet.",
  unit: undefined,
  labels: [],
};
