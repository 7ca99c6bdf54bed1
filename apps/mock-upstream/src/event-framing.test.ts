import { expect, test } from "vitest";
import { frameEvent } from "./event-framing.ts";
import { DEFAULT_SCENARIO } from "./scenario.ts";
import type { Scenario } from "./scenario.ts";

const PLAIN: Partial<Scenario> = {};

test.each([
  ["an event", PLAIN, 0, "data: x\n\n"],
  ["CRLF", { lineEnd: "crlf" }, 0, "data: x\r\n\r\n"],
  ["CR", { lineEnd: "cr" }, 0, "data: x\r\r"],
  ["no space", { dataSpace: false }, 0, "data:x\n\n"],
  ["fields", { eventField: true, idField: true }, 7, "id: 7\nevent: message\ndata: x\n\n"],
  ["the start", { bom: true, commentFirst: true }, 0, "\uFEFF: processing\n\ndata: x\n\n"],
  ["after the start", { bom: true, commentFirst: true }, 1, "data: x\n\n"],
  ["a comment", { commentEvery: 2 }, 2, ": keep-alive\n\ndata: x\n\n"],
  ["no comment yet", { commentEvery: 2 }, 1, "data: x\n\n"],
  ["a bare line", { envelope: "jsonl" }, 0, "x\n"],
] satisfies [string, Partial<Scenario>, number, string][])("%s", (_, settings, index, text) => {
  expect(frameEvent({ ...DEFAULT_SCENARIO, ...settings }, "x", index)).toBe(text);
});

test("data with line feeds has a line for each", () => {
  expect(frameEvent(DEFAULT_SCENARIO, "{\n}", 0)).toBe("data: {\ndata: }\n\n");
});
