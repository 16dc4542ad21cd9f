// What is compiled of a package ahead, as a function sees it: next to nothing, and never anything that it could write.
import { randomBytes } from "node:crypto";
import { GetFunctionConfigurationCommand, InvokeCommand, UpdateFunctionConfigurationCommand } from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createFunction, startTestLambent, type TestLambent } from "../../harness/lambent.ts";

let lambent: TestLambent;
beforeAll(async () => {
  lambent = await startTestLambent();
});
afterAll(() => lambent[Symbol.asyncDispose]());

const handler = `
const { getCompileCacheDir } = require("node:module");
const { readdirSync, statSync } = require("node:fs");
const { table } = require("./table.js");
const list = (folder) => folder && readdirSync(folder).flatMap((name) => statSync(folder + "/" + name).isDirectory() ? list(folder + "/" + name) : [name]);
exports.handler = async () => ({ folder: getCompileCacheDir(), rows: table.length, variables: Object.keys(process.env).filter((name) => name.includes("COMPILED")), entries: list(getCompileCacheDir())?.sort() });
`;

interface Seen {
  readonly folder?: string;
  readonly rows: number;
  readonly variables: readonly string[];
  readonly entries?: readonly string[];
}

/** In an environment that is new. */
async function look(round: number): Promise<Seen> {
  const { lambda } = lambent;
  await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: "large", Environment: { Variables: { ROUND: String(round) } } }));
  await expect.poll(async () => (await lambda.send(new GetFunctionConfigurationCommand({ FunctionName: "large" }))).LastUpdateStatus).toBe("Successful");
  const { Payload, FunctionError } = await lambda.send(new InvokeCommand({ FunctionName: "large" }));
  expect(FunctionError).toBeUndefined();
  return JSON.parse(Buffer.from(Payload ?? []).toString()) as Seen;
}

test("later environments of a large package read what the first one's package was compiled to", async () => {
  const rows = Array.from({ length: 400 }, () => JSON.stringify(randomBytes(64).toString("base64")));
  await createFunction(lambent.lambda, "large", { "index.js": handler, "table.js": `exports.table = [${rows.join(",\n")}];` });
  let round = 0;
  let seen = await look(round);
  expect(seen).toMatchObject({ rows: 400, variables: [] });
  while (seen.folder === undefined && round < 50) seen = await look((round += 1));
  expect(seen).toMatchObject({ rows: 400, variables: [] });
  // By two names each, of whoever may run it: nothing but what Lambent has made.
  expect(seen.entries?.length).toBeGreaterThanOrEqual(2);
  expect((await look(round + 1)).entries).toEqual(seen.entries);
});
