/** An answer that comes late, behind another one, reaches nobody: above all no other tenant. */
import { expect, onTestFinished, test } from "vitest";
import { FIRST_ANSWERS } from "./late-answer-kinds.ts";
import type { LateUpstreamProgram } from "./programs/late-upstream.ts";
import type { NonceProgram } from "./programs/nonce-clients.ts";
import { startProgram } from "./program.ts";
import { say } from "./say.ts";
import { takeSeed } from "./seeded-random.ts";
import { besiege } from "./siege.ts";

const TRIES = 10_000;
/** Of each tenant. */
const CONNECTIONS = 16;

test.each([
  ["whole answers", false],
  ["streams", true],
])("%s", { timeout: 400_000 }, async (_what, isStream) => {
  const seed = takeSeed();
  const upstream = await startProgram<LateUpstreamProgram>("late-upstream", { seed });
  onTestFinished(() => upstream.kill());
  const names = FIRST_ANSWERS.map(({ name }) => name);
  const models = ["good", ...names].map((name) => [toPublicName(name), [name]] as const);
  const siege = await besiege(Object.fromEntries(models), { upstreamUrl: upstream.ready });
  const other = await siege.createKey("other");

  const crossed: string[] = [];
  for (const name of names) {
    const clients = await startProgram<NonceProgram>("nonce-clients", {
      port: siege.port,
      keys: [siege.key, other.key],
      connectionsPerKey: CONNECTIONS,
      isStream,
      model: toPublicName(name),
      tries: TRIES,
      seed,
    });
    onTestFinished(() => clients.kill());
    const result = await clients.result;
    say(
      `${name}: ${result.crossed} of ${result.answers} crossed ${JSON.stringify(result.statuses)}`,
    );
    if (result.crossed > 0) crossed.push(`${name}: ${result.crossed}, ${result.firstCrossed}`);
  }
  const { requests, secondAnswers } = await upstream.stop();
  say(`${secondAnswers} second answers were sent on connections that were still open`);
  // They were really asked, and not refused before.
  for (const name of names) expect.soft(requests[name], name).toBeGreaterThanOrEqual(TRIES);
  expect(crossed).toEqual([]);
});

/** Names of models have no spaces. */
function toPublicName(name: string): string {
  return name.replaceAll(" ", "-");
}
