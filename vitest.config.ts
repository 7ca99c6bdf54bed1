import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["{apps,packages}/*/{src,test}/**/*.test.ts", "{bench,dashboards,tools}/**/*.test.ts"],
    // Node's own module loader runs the same stripped files as production does.
    experimental: { viteModuleRunner: false },
    // Two cores: the tests of one file at a time on each.
    maxWorkers: 2,
    testTimeout: 20_000,
    hookTimeout: 20_000,
  },
});
