import * as fc from "fast-check";
import { expect, test } from "vitest";
import { PRESETS } from "./presets.ts";
import { ScenarioError, formatScenario, parseScenario } from "./scenario-syntax.ts";
import { DEFAULT_SCENARIO } from "./scenario.ts";

test.each(["gpt-4o", "mock", "mock/", "mock:", "mocking/tokens=3"])(
  "%s plays the defaults",
  (model) => {
    expect(parseScenario(model, undefined)).toEqual(DEFAULT_SCENARIO);
  },
);

test("the header wins over the model name, which wins over the defaults", () => {
  const scenario = parseScenario("mock/tokens=20,gap=0.5", " tokens=3 , role=off,");
  expect(scenario).toEqual({ ...DEFAULT_SCENARIO, tokens: 3, gap: 0.5, role: false });
});

test("a preset can be changed by what follows it", () => {
  expect(formatScenario(parseScenario("mock:chat,gap=1", undefined))).toBe(
    "tokens=120,ttft=250,gap=1",
  );
});

test.each([...PRESETS.keys()])("preset %s is a scenario", (preset) => {
  expect(formatScenario(parseScenario(`mock/${preset}`, undefined))).not.toBe("");
});

test.each([
  ["toknes=3", /"toknes" in the model name.*tokens \(0 to 100000\).*usage \(auto, always/],
  ["tokens=-1", /accepted is 0 to 100000/],
  ["tokens=1e3", /accepted is/],
  ["gap=1.", /accepted is/],
  ["status=204", /accepted is 200 or 400 to 599/],
  ["usage=toString", /accepted is auto, always/],
  ["role=true", /accepted is on, off/],
  ["tag=a\nb", /accepted is text/],
  ["toString=1", /Unknown setting/],
  ["fastest", /Presets: chat, /],
])("%j is refused with what is accepted", (pairs, message) => {
  expect(() => parseScenario(`mock/${pairs}`, undefined)).toThrow(ScenarioError);
  expect(() => parseScenario(`mock/${pairs}`, undefined)).toThrow(message);
});

test("what is formatted parses to the same scenario", () => {
  const scenarios = fc.record({
    tokens: fc.integer({ min: 0, max: 100_000 }),
    gap: fc.integer({ min: 0, max: 1_000_000 }).map((n) => n / 1_000),
    usage: fc.constantFrom("auto" as const, "never" as const, "twice" as const),
    bom: fc.boolean(),
    tag: fc.stringMatching(/^[!-+\--~]{1,20}$/),
  });
  fc.assert(
    fc.property(scenarios, (some) => {
      const scenario = { ...DEFAULT_SCENARIO, ...some };
      expect(parseScenario("any", formatScenario(scenario))).toEqual(scenario);
    }),
  );
});
