/**
 * Streams as servers of the `openai-chat` dialect send them, each shortened to a few events, together
 * with what has to be read from them. The layouts differ where real servers differ: the order of keys,
 * spaces in JSON, line ends, comments, what the first and the last events carry.
 */
import { ANTHROPIC_STREAMS } from "./recorded-streams/anthropic.ts";
import { AZURE_STREAMS } from "./recorded-streams/azure.ts";
import { DEEPSEEK_STREAMS } from "./recorded-streams/deepseek.ts";
import { FIREWORKS_STREAMS } from "./recorded-streams/fireworks.ts";
import { GEMINI_STREAMS } from "./recorded-streams/gemini.ts";
import { GROQ_STREAMS } from "./recorded-streams/groq.ts";
import { LITELLM_STREAMS } from "./recorded-streams/litellm.ts";
import { LLAMA_CPP_STREAMS } from "./recorded-streams/llama-cpp.ts";
import { MISTRAL_STREAMS } from "./recorded-streams/mistral.ts";
import { MOONSHOT_STREAMS } from "./recorded-streams/moonshot.ts";
import { ODD_STREAMS } from "./recorded-streams/odd.ts";
import { OLLAMA_STREAMS } from "./recorded-streams/ollama.ts";
import { OPENAI_BEYOND_TEXT_STREAMS } from "./recorded-streams/openai-beyond-text.ts";
import { OPENAI_STREAMS } from "./recorded-streams/openai.ts";
import { OPENROUTER_STREAMS } from "./recorded-streams/openrouter.ts";
import type { RecordedStream } from "./recorded-streams/recorded-stream.ts";
import { SGLANG_STREAMS } from "./recorded-streams/sglang.ts";
import { TGI_STREAMS } from "./recorded-streams/tgi.ts";
import { TOGETHER_STREAMS } from "./recorded-streams/together.ts";
import { VLLM_STREAMS } from "./recorded-streams/vllm.ts";
import { XAI_STREAMS } from "./recorded-streams/xai.ts";

export const RECORDED_STREAMS: readonly RecordedStream[] = [
  ...OPENAI_STREAMS,
  ...OPENAI_BEYOND_TEXT_STREAMS,
  ...AZURE_STREAMS,
  ...VLLM_STREAMS,
  ...SGLANG_STREAMS,
  ...LLAMA_CPP_STREAMS,
  ...OLLAMA_STREAMS,
  ...TGI_STREAMS,
  ...OPENROUTER_STREAMS,
  ...LITELLM_STREAMS,
  ...MISTRAL_STREAMS,
  ...DEEPSEEK_STREAMS,
  ...GROQ_STREAMS,
  ...TOGETHER_STREAMS,
  ...FIREWORKS_STREAMS,
  ...GEMINI_STREAMS,
  ...XAI_STREAMS,
  ...ANTHROPIC_STREAMS,
  ...MOONSHOT_STREAMS,
  ...ODD_STREAMS,
];
