import { defineConfig } from "vitest/config";

/** `npm run test:long`: tests that besiege a gateway. They need both cores, so one after the other. */
export default defineConfig({
  test: {
    include: ["apps/gateway/test/long/**/*.long.ts"],
    experimental: { viteModuleRunner: false },
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 60_000,
    disableConsoleIntercept: true,
  },
});
