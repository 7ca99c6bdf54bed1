/**
 * Names that stand in the public documentation of the API, and so are no secret: parameters, members of
 * their values, and words of the trade that have digits in them.
 */
const PARAMETERS = `
  model messages message role content name type text prompt input query documents document suffix
  max_tokens max_completion_tokens max_output_tokens min_tokens temperature top_p top_k min_p n best_of stop
  stream stream_options include_usage continuous_usage_stats seed logprobs top_logprobs logit_bias echo user
  presence_penalty frequency_penalty repetition_penalty length_penalty response_format json_schema json_object
  schema strict tools tool tool_choice tool_calls tool_call tool_call_id function functions function_call
  arguments parameters properties required items enum description parallel_tool_calls reasoning
  reasoning_effort reasoning_content effort modalities audio voice format image image_url url detail file
  file_id file_data input_audio data metadata store service_tier prediction verbosity refusal dimensions
  encoding_format quality size style background output_format output_compression mask language
  timestamp_granularities chunking_strategy speed instructions top_n return_documents truncate
  truncate_prompt_tokens guided_json guided_regex guided_choice guided_grammar chat_template
  chat_template_kwargs add_generation_prompt skip_special_tokens ignore_eos user assistant system developer
  true false null none auto object array string number integer boolean float param parameter value loc msg ctx
  inputs input_text input_tokens output_tokens prompt_tokens completion_tokens total_tokens max_new_tokens
  body code error line column position index token tokens
`;

const WORDS_WITH_DIGITS = `
  b64_json base64 utf-8 utf8 ascii text_1 text_2 mp3 mp4 opus pcm16 g711_ulaw g711_alaw int8 uint8 int32 int64
  fp8 fp16 bf16 float16 float32 sha256 http2
`;

export const PUBLIC_NAMES: ReadonlySet<string> = new Set(
  `${PARAMETERS} ${WORDS_WITH_DIGITS}`.split(/\s+/).filter(Boolean),
);
