import { expect, test } from "vitest";
import { parseCommandLine } from "./command-line.ts";

test.each([
  ["", { type: "start", port: 8081, host: "127.0.0.1" }],
  ["--port 0 --host ::1", { type: "start", port: 0, host: "::1" }],
])("%j starts", (line, command) => {
  expect(parseCommandLine(line.split(" ").filter(Boolean))).toEqual(command);
});

test.each(["--port", "--port x", "--port 65536", "--port -1", "--prt 1", "8081"])(
  "%s is refused with what is accepted",
  (line) => {
    expect(parseCommandLine(line.split(" "))).toMatchObject({
      type: "refuse",
      message: expect.stringContaining("--port N         0 to 65535"),
    });
  },
);

test("--help names every kind of setting", () => {
  const help = expect.stringMatching(/failAfter .*\n(.*\n)*Presets:\n(.*\n)*.*mock\/chat/);
  expect(parseCommandLine(["--help"])).toMatchObject({ type: "help", text: help });
});
