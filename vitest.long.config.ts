import { defineConfig } from "vitest/config";

/** `npm run test:long`: tests that take long or need both cores, so one after the other. Most besiege a gateway. */
export default defineConfig({
  test: {
    include: ["apps/gateway/test/long/**/*.long.ts", "bench/**/*.long.ts"],
    experimental: { viteModuleRunner: false },
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 60_000,
    disableConsoleIntercept: true,
  },
});
