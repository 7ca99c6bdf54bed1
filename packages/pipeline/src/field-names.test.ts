/** A request names one model, once, and whoever reads it reads the same. */
import { expect, test } from "vitest";
import { parseInferenceBody } from "./inference-body.ts";

/** @returns the field that was refused; `undefined` when nothing was. */
function findRefused(members: string): string | undefined {
  const json = `{"model":"m","messages":[]${members === "" ? "" : ","}${members}}`;
  let param: string | null | undefined;
  expect(() => {
    try {
      parseInferenceBody(Buffer.from(json), "application/json", () => undefined);
    } catch (error) {
      ({ param } = error as { param: string });
      expect(error).toMatchObject({ code: "invalid_request" });
    }
  }).not.toThrow();
  return param ?? undefined;
}

test.each([
  ["Model", `"Model":"dear"`],
  ["MODEL", `"MODEL":"dear"`],
  ["mODEL", String.raw`"\u006dODEL":"dear"`],
  ["Stream", `"Stream":true`],
  ["\u017Ftream", `"\u017Ftream":true`],
  ["\u017Ftream", String.raw`"\u017ftream":true`],
  ["\u017Ftream_option\u017F", `"\u017Ftream_option\u017F":{}`],
  ["N", `"N":128`],
  ["Best_Of", `"Best_Of":2`],
  ["max_to\u212Aens", String.raw`"max_to\u212aens":1000000`],
  ["MAX_COMPLETION_TO\u212AENS", `"MAX_COMPLETION_TO\u212AENS":1`],
  ["Top_Logprobs", `"Top_Logprobs":1`],
  ["API_BASE", `"API_BASE":"http://evil.test"`],
  ["Ba\u017Fe_url", `"Ba\u017Fe_url":"http://evil.test"`],
  ["Messages", `"Messages":[]`],
  ["Models", `"Models":[]`],
  ["Extra_Body", `"Extra_Body":{}`],
  ["PROVIDEROPTIONS", `"PROVIDEROPTIONS":{}`],
])("%s looks like one of our fields", (param, members) => {
  expect(findRefused(members)).toBe(param);
});

test.each([
  ["models", `"models":["cheap","dear"]`],
  ["route", `"route":"fallback"`],
  ["fallbacks", `"fallbacks":[{"model":"dear"}]`],
  ["fallback_models", `"fallback_models":"dear"`],
  ["context_window_fallbacks", `"context_window_fallbacks":[{"m":["dear"]}]`],
  ["content_policy_fallbacks", `"content_policy_fallbacks":{"m":["dear"]}`],
  ["model_list", `"model_list":[{"model_name":"m"}]`],
  ["user_config", `"user_config":{"model_list":[]}`],
  ["fallback_config", `"fallback_config":{"depth":2}`],
  ["extra_body.model", `"extra_body":{"model":"dear"}`],
  ["extra_body.models", `"extra_body":{"models":["dear"]}`],
  ["extra_body.N", `"extra_body":{"N":128}`],
  ["extra_body.api_base", `"extra_body":{"api_base":"http://evil.test"}`],
  ["providerOptions.gateway.models", `"providerOptions":{"gateway":{"models":["dear"]}}`],
  ["provider_options.gateway.models", `"provider_options":{"gateway":{"models":["dear"]}}`],
  ["orq.fallbacks", `"orq":{"fallbacks":[{"model":"dear"}]}`],
])("%s would let another model answer", (param, members) => {
  expect(findRefused(members)).toBe(param);
});

test.each([
  `"models":[],"route":"","fallbacks":null,"context_window_fallbacks":{}`,
  `"extra_body":{"google":{"thinking_config":{"model":1}},"models":[]}`,
  `"extra_body":null,"orq":"x","providerOptions":{"openai":{"model":"x"}}`,
  `"Temperature":1,"maxTokens":5,"userID":"x","Modell":"x","ss":1,"\u00dftream":true`,
  `"metadata":{"Model":"dear","models":["x"]},"tools":[{"Model":1}]`,
  `"stream":true,"stream_options":{},"n":1,"max_tokens":5,"seed":1`,
  `"${"A".repeat(1_000_000)}":1`,
])("%.80s is passed on", (members) => {
  expect(findRefused(members)).toBeUndefined();
});

test("what is refused is named, but not at any length", () => {
  expect(findRefused(`"extra_body":{"${"\u017F".repeat(3)}top":1}`)).toBeUndefined();
  expect(findRefused(`"\u017Ftop":"x"`)).toBe("\u017Ftop");
});
