// The order in which test files run: those that take longest begin first, so that none of them is still at work alone
// when all others are through. Vitest itself knows durations only of files that it has run on this machine before.
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Files that take more than a quarter of a minute, the longest first. */
const longest: readonly string[] = [
  "test/recovery/server.test.ts",
  "test/hostile/hostile.test.ts",
  "test/runtimes/oci-matrix.test.ts",
  "test/runtimes/java.test.ts",
  "test/recovery/store.test.ts",
  "test/wire/dev.test.ts",
  "test/runtimes/python-fork-server.test.ts",
  "test/runtimes/node-streaming.test.ts",
  "test/runtimes/node.test.ts",
];

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const place = longest.findIndex((name) => moduleId.endsWith(`/${name}`));
      return place === -1 ? longest.length : place;
    };
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b));
  }
}
