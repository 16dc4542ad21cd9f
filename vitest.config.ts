import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { LongestFirst } from "./test/longest-first.ts";

export default defineConfig({
  test: {
    include: ["src/**/*.test.ts", "test/**/*.test.ts", "tools/**/*.test.ts"],
    pool: "forks",
    // Most wait for processes most of the time; by itself Vitest leaves one processor idle.
    maxWorkers: availableParallelism(),
    // Files of one worker share what they import: to load the SDKs and the server anew for each is a third of all work.
    isolate: false,
    sequence: { sequencer: LongestFirst },
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
