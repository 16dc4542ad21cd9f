// A live Lambent with one package deployed as several functions, or the reason for which there is none.
import type { CreateFunctionCommandInput } from "@aws-sdk/client-lambda";
import { afterAll, beforeAll } from "vitest";
import { zipOf } from "../../src/cli/zip.ts";
import { filesOf, Missing } from "../harness/build-cache.ts";
import { createFunction, startTestLambent, type TestLambent } from "../harness/lambent.ts";

export interface Deployment {
  /** Skips the test by name where what it needs is not on this machine. */
  readonly in: (test: { readonly skip: (why: string) => void }) => TestLambent;
}

/** `functions`: settings by name, of functions that share the package in `folder`. Rejects with `Missing`. */
export function deployed(folder: () => Promise<string>, functions: Readonly<Record<string, Partial<CreateFunctionCommandInput>>>): Deployment {
  let lambent: TestLambent | undefined;
  let missing: string | undefined;
  beforeAll(async () => {
    try {
      const ZipFile = await zipOf(filesOf(await folder()), 0o100755);
      const { lambda } = (lambent = await startTestLambent());
      const common = { Code: { ZipFile }, MemorySize: 512, Timeout: 10 };
      for (const [name, settings] of Object.entries(functions)) await createFunction(lambda, name, {}, { ...common, ...settings });
    } catch (error) {
      if (!(error instanceof Missing)) throw error;
      missing = error.message;
    }
  }, 900_000);
  afterAll(() => lambent?.[Symbol.asyncDispose]());
  return {
    in: ({ skip }) => {
      if (missing !== undefined) skip(missing);
      if (lambent === undefined) throw new Error("Lambent has not started");
      return lambent;
    },
  };
}

/** The lines of a log tail that are JSON objects. */
export const recordsOf = (log: string): readonly Record<string, unknown>[] =>
  log
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as Record<string, unknown>);
