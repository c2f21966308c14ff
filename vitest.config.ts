import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["profiles/**/*.test.ts", "mappers/**/*.test.ts", "gateway/**/*.test.ts", "conformance/**/*.test.ts"],
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
