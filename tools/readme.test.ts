/** What the README shows is what works. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ENDPOINTS } from "../apps/gateway/src/http/endpoints.ts";
import { parseConfig } from "../apps/gateway/src/config/parse-config.ts";

const readme = readFileSync(join(import.meta.dirname, "../README.md"), "utf8");

test("the configuration is accepted as it stands", () => {
  const text = /```yaml\n([^]*?)```/.exec(readme)?.[1] ?? "";
  const { routes } = parseConfig({ name: "README", text }, { FLEET_A_KEY: "key" });
  expect(routes.map(({ model, deployments }) => [model, deployments.length])).toEqual([
    ["llama-3.3-70b", 2],
  ]);
});

test("every endpoint is in the table", () => {
  const paths = ENDPOINTS.map(({ path }) => path.replace("/v1", "").replace("/*", "/{id}"));
  expect(paths.filter((path) => !readme.includes(path))).toEqual([]);
});

test("every link leads somewhere", () => {
  const links = [...readme.matchAll(/\]\(([^)#]+)\)/g)].map(([, link = ""]) => link);
  for (const link of links)
    expect(() => readFileSync(join(import.meta.dirname, "..", link))).not.toThrow(/ENOENT/);
});
