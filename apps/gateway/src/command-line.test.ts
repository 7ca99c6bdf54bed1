import { expect, test } from "vitest";
import { parseCommandLine } from "./command-line.ts";

test("the configuration comes from the option, else from the environment", () => {
  const environment = { SLIPSTREAM_CONFIG: "env.yaml" };
  expect(parseCommandLine(["start", "--config", "x.yaml"], environment)).toEqual({
    type: "start",
    options: { configPath: "x.yaml" },
  });
  expect(parseCommandLine(["start"], environment)).toEqual({
    type: "start",
    options: { configPath: "env.yaml" },
  });
});

test("a key is described by names, or named by its id", () => {
  const words = ["keys", "create", "--org", "o", "--workspace", "w", "--name", "n", "--json"];
  expect(parseCommandLine([...words, "--config", "x"], {})).toEqual({
    type: "keys",
    options: {
      action: "create",
      configPath: "x",
      selection: { organization: "o", workspace: "w", name: "n", keyId: undefined },
      isJson: true,
    },
  });
  expect(parseCommandLine(["keys", "revoke", "key_1", "--config", "x"], {})).toMatchObject({
    options: { selection: { keyId: "key_1" } },
  });
});

test.each([
  [["--help"], "main"],
  [["help"], "main"],
  [["start", "--help"], "start"],
  [["keys", "-h"], "keys"],
  [["keys", "create", "--help"], "keys"],
  [["demo", "--help"], "demo"],
])("%s is help", (words, topic) => {
  expect(parseCommandLine(words, {})).toEqual({ type: "help", topic });
});

test.each([
  [[], "no command; expected one of: start, demo, keys"],
  [["strat"], 'unknown command "strat"'],
  [["start"], "give --config FILE or set SLIPSTREAM_CONFIG"],
  [["start", "--config"], "argument missing"],
  [["start", "--confg", "x"], "Unknown option '--confg'"],
  [["start", "now", "--config", "x"], "Unexpected argument 'now'"],
  [["keys"], "no action; expected one of: keys create"],
  [["keys", "delete"], 'unknown action "delete"'],
  [["keys", "revoke", "--config", "x"], "takes a key's id"],
  [["keys", "create", "extra", "--config", "x"], 'unexpected word "extra"'],
  [["keys", "revoke", "key_1", "--org", "o", "--config", "x"], "id or names, not both"],
  [["keys", "create", "--org", "", "--config", "x"], "a name has 1 to 100"],
  [["keys", "create", "--name", "a\nb", "--config", "x"], "a name has 1 to 100"],
  [["demo", "--port", "99999"], "--port takes a port from 0 to 65535"],
  [["demo", "--port", "1e3"], "--port takes a port from 0 to 65535"],
])("%s is refused", (words, message) => {
  expect(() => parseCommandLine(words, {})).toThrow(message);
});
