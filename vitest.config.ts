import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["profiles/**/*.test.ts", "mappers/**/*.test.ts", "gateway/**/*.test.ts", "conformance/**/*.test.ts"],
    // Many tests wait for processes of their own: one processor that is left for nothing would stand idle.
    maxWorkers: "100%",
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
