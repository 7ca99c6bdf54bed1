import { expect, test } from "vitest";
import { sanitizeMessage } from "./sanitize-message.ts";

test.each([
  [
    "This model's maximum context length is 8192 tokens. However, you requested 9000 tokens.",
    "This model's maximum context length is 8192 tokens. However, you requested 9000 tokens.",
  ],
  ["Invalid 'temperature': must be <= 2.0", "Invalid 'temperature': must be <= 2.0"],
  ["connect ECONNREFUSED 10.0.0.5:8000", "connect ECONNREFUSED [address]"],
  ["error for url (https://u:p@vllm-7.internal:8000/v1/x?key=1)", "error for url ([url]"],
  ["no route to vllm-7.pool.svc:8000", "no route to [host]"],
  ["listen [fe80::1:2:3:4]:80", "listen [address]"],
  [
    "Incorrect API key provided: sk-proj-abc123def456.",
    "Incorrect API key provided: [credential].",
  ],
  ["bad header Authorization: Bearer abc.def", "bad header Authorization: [credential]"],
  ["org-AbCdEf123456 is over its limit", "[credential] is over its limit"],
  ["ask ops@example.org", "ask [address]"],
  ["dial gpu-node-3:8000 or inference.acme.de:8443", "dial [host] or [host]"],
  [`API key: "abc123"`, `[credential]"`],
  [
    "password=hunter2 token eyJhbGciOiJIUzI1NiJ9.e30.abc AKIAIOSFODNN7EXAMPLE",
    "[credential] token [credential] [credential]",
  ],
  ["no file /models/llama/x.gguf, 3/4 done", "no file [path], 3/4 done"],
  ["a\r\nset-cookie: x", "a set-cookie: x"],
])("%s", (message, clean) => {
  expect(sanitizeMessage(message)).toBe(clean);
});

test("a long message is cut, in no time", () => {
  const startMs = performance.now();
  for (const unit of ["a", "a.", "1.", "a:", "sk-", "://", "\n", "@"]) {
    expect(sanitizeMessage(unit.repeat(1_000_000)).length).toBeLessThanOrEqual(1000);
  }
  expect(performance.now() - startMs).toBeLessThan(500);
});
