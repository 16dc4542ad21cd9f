// A client of the AWS SDK that Lambent does not ship comes by itself when a function that imports it is deployed.
import { execFile } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { invoke } from "../../harness/functions.ts";
import { createFunction, startTestLambent, temporaryFolder, type TestLambent } from "../../harness/lambent.ts";

const directory = temporaryFolder("aws-sdk");
let lambent: TestLambent;
beforeAll(async () => {
  lambent = await startTestLambent({ runtimesDirectory: directory, logLevel: "error" });
});
afterAll(async () => {
  await lambent[Symbol.asyncDispose]();
  rmSync(directory, { recursive: true, force: true });
});

const npmAnswers = await promisify(execFile)("npm", ["view", "@aws-sdk/client-polly", "version", "--fetch-retries=0"], { timeout: 15_000 }).then(
  () => true,
  () => false,
);

const sources = {
  "esm": { "index.mjs": `import { PollyClient } from "@aws-sdk/client-polly"; export const handler = async () => PollyClient.name;` },
  "cjs": { "index.js": `const { PollyClient } = require("@aws-sdk/client-polly"); exports.handler = async () => PollyClient.name;` },
};

// Skipped where npm has no registry to ask: nothing can come then.
test.skipIf(!npmAnswers)("a function that packages nothing imports and requires a client that is not shipped", { timeout: 90_000 }, async () => {
  // The runtime is open by now, without the client.
  await createFunction(lambent.lambda, "before", { "index.mjs": "export const handler = async () => 1;" });
  expect((await invoke(lambent.lambda, "before")).body).toBe(1);
  for (const [name, files] of Object.entries(sources)) {
    await createFunction(lambent.lambda, name, files, { Timeout: 20, MemorySize: 512 });
    expect(await invoke(lambent.lambda, name)).toMatchObject({ error: undefined, body: "PollyClient" });
  }
  expect(existsSync(join(directory, "aws-sdk", "@aws-sdk", "client-polly"))).toBe(true);
});

test("a function that imports one that nobody can have is deployed all the same, and its error says what to do", { timeout: 90_000 }, async () => {
  const index = `import "@aws-sdk/client-lambent-nowhere"; export const handler = async () => 1;`;
  await createFunction(lambent.lambda, "nowhere", { "index.mjs": index });
  expect(await invoke(lambent.lambda, "nowhere")).toMatchObject({
    error: "Unhandled",
    body: { errorMessage: expect.stringContaining("lambent runtimes add @aws-sdk/client-lambent-nowhere") },
  });
});
