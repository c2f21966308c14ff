import { defineConfig } from "vitest/config";

/** Nothing is to take so long: it is there to end what hangs, on the slowest and busiest of machines. */
const HANGING_MS = 600_000;

export default defineConfig({
  test: {
    include: ["profiles/**/*.test.ts", "mappers/**/*.test.ts", "gateway/**/*.test.ts", "conformance/**/*.test.ts"],
    globalSetup: "conformance/test-folder.ts",
    // No module here keeps anything but what it can find again, so that files need not read all of them anew each: a test
    // puts back what it changes of its process.
    isolate: false,
    // Many tests wait for processes of their own: one processor that is left for nothing would stand idle.
    maxWorkers: "100%",
    testTimeout: HANGING_MS,
    hookTimeout: HANGING_MS,
    expect: { poll: { timeout: HANGING_MS / 5 } },
  },
});
