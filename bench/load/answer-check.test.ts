import { expect, test } from "vitest";
import { CompletionCheck, StreamCheck } from "./answer-check.ts";
import { answerText, tokenText } from "./scenario.ts";

const ROLE = toEvent({ role: "assistant", content: "" });
const TOKENS = [0, 1, 2].map((index) => toEvent({ content: tokenText(index) }));
const FINISH = toEvent({});
const DONE = "data: [DONE]\n\n";
const GOOD = [ROLE, ": comment\n\n", ...TOKENS, FINISH, DONE].join("");

function toEvent(delta: object): string {
  return `data: ${JSON.stringify({ choices: [{ index: 0, delta }] })}\n\n`;
}

function checkStream(pieces: readonly string[]): { problem: string | undefined; chunks: number[] } {
  const chunks: number[] = [];
  const check = new StreamCheck(3, { piece() {}, chunk: (index) => chunks.push(index) });
  check.head(200);
  for (const piece of pieces) check.body(Buffer.from(piece));
  check.end();
  return { problem: check.problem, chunks };
}

test("a good stream has no problem, however it is cut", () => {
  for (let cut = 0; cut < GOOD.length; cut++) {
    const result = checkStream([GOOD.slice(0, cut), GOOD.slice(cut)]);
    expect(result).toEqual({ problem: undefined, chunks: [0, 1, 2] });
  }
});

test("a stream that the client leaves may break off, and has to be good until then", () => {
  const check = new StreamCheck(3, { piece() {}, chunk() {} });
  check.head(200);
  check.body(Buffer.from(ROLE + (TOKENS[0] ?? "")));
  check.leave();
  check.failed("the connection was closed");
  expect(check.problem).toBeUndefined();
  const bad = new StreamCheck(3, { piece() {}, chunk() {} });
  bad.body(Buffer.from(TOKENS[1] ?? ""));
  bad.leave();
  expect(bad.problem).toContain("instead of token 0");
});

test.each([
  ["a lost token", GOOD.replace(TOKENS[1] ?? "", ""), '" token_2" instead of token 1'],
  ["a doubled token", GOOD.replace(DONE, (TOKENS[2] ?? "") + DONE), "instead of token 3"],
  ["a missing end", GOOD.replace(DONE, ""), "no [DONE]"],
  ["an early end", ROLE + (TOKENS[0] ?? "") + DONE, "1 content chunks instead of 3"],
  ["a cut event", GOOD.slice(0, -1), "an event without its end"],
  ["something behind the end", GOOD + FINISH, "an event behind [DONE]"],
  ["damaged JSON", GOOD.replace('"choices"', "choices"), "no JSON"],
  ["no event", GOOD.replace("data: ", "{}"), "no data"],
])("sees %s", (_, text, problem) => {
  expect(checkStream([text]).problem).toContain(problem);
});

test("sees an error status and a lost connection", () => {
  const check = new StreamCheck(0, { piece() {}, chunk() {} });
  check.head(502);
  check.failed("closed");
  expect(check.problem).toBe("status 502");
});

test("tells what a refusal says of itself, in one short line", () => {
  const check = new StreamCheck(0, { piece() {}, chunk() {} });
  check.head(401);
  for (const piece of ['{\n  "error": "no', ` such key"\n}${" ".repeat(300)}`, "x".repeat(300)]) {
    check.body(Buffer.from(piece));
  }
  check.end();
  expect(check.problem).toBe('status 401: { "error": "no such key" }');
});

test.each([
  [answerText(3), undefined],
  [answerText(2), "wrong answer"],
])("an answer of three tokens: %j", (content, problem) => {
  const check = new CompletionCheck(3);
  const body = Buffer.from(JSON.stringify({ choices: [{ message: { content } }] }));
  for (const half of [body.subarray(0, 9), body.subarray(9)]) check.body(half);
  check.end();
  expect(check.problem?.slice(0, 12)).toBe(problem);
});
