/** What the demo prints: everything to paste, complete. */

export interface DemoGuideOptions {
  readonly baseUrl: string;
  readonly adminUrl: string;
  readonly key: string;
}

export function toDemoGuide({ baseUrl, adminUrl, key }: DemoGuideOptions): string {
  return `
Slipstream is running.

  Base URL   ${baseUrl}
  API key    ${key}
  Metrics    ${adminUrl}/metrics

Stream a completion:

  curl -N ${baseUrl}/chat/completions \\
    -H "Authorization: Bearer ${key}" \\
    -H "Content-Type: application/json" \\
    -d '{"model":"demo","stream":true,"messages":[{"role":"user","content":"Hello"}]}'

The same with OpenAI's client (npm install openai), as a file demo.mjs:

  import OpenAI from "openai";
  const client = new OpenAI({ baseURL: "${baseUrl}", apiKey: "${key}" });
  const stream = await client.chat.completions.create({
    model: "demo",
    stream: true,
    messages: [{ role: "user", content: "Hello" }],
  });
  for await (const chunk of stream) process.stdout.write(chunk.choices[0]?.delta?.content ?? "");

Then look at what it has measured (time to first token, gaps, outcomes, tokens, caches):

  curl -s ${adminUrl}/metrics | grep -E "time_to_first_token|per_output_chunk|requests_total|cache_requests"

Other models: demo-reasoning, demo-tools, and demo-breaks, whose stream dies on the way:
see what a client is told, and how it is counted. Ctrl-C ends everything.
`;
}
