// A variable is applied or refused: whatever a function finds in its environment, it may set, or hears that it may not.
import { UpdateFunctionConfigurationCommand, type LambdaClient } from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, expect, test } from "vitest";
import { invoke, waitUntilUpdated } from "../../harness/functions.ts";
import { createFunction, startTestLambent, type TestLambent } from "../../harness/lambent.ts";

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html, and of it what a Node.js function can see. */
const reserved = [
  "AWS_ACCESS_KEY_ID",
  "AWS_DEFAULT_REGION",
  "AWS_EXECUTION_ENV",
  "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
  "AWS_LAMBDA_FUNCTION_NAME",
  "AWS_LAMBDA_FUNCTION_VERSION",
  "AWS_LAMBDA_INITIALIZATION_TYPE",
  "AWS_LAMBDA_LOG_GROUP_NAME",
  "AWS_LAMBDA_LOG_STREAM_NAME",
  "AWS_LAMBDA_METADATA_API",
  "AWS_LAMBDA_METADATA_TOKEN",
  "AWS_LAMBDA_RUNTIME_API",
  "AWS_REGION",
  "AWS_SECRET_ACCESS_KEY",
  "AWS_SESSION_TOKEN",
  "LAMBDA_RUNTIME_DIR",
  "LAMBDA_TASK_ROOT",
];
/** Nor these, where there is no such thing to be seen. */
const reservedElsewhere = ["AWS_ACCESS_KEY", "AWS_SECRET_KEY", "AWS_LAMBDA_LOG_FORMAT", "AWS_LAMBDA_LOG_LEVEL", "AWS_LAMBDA_MAX_CONCURRENCY"];

let lambent: TestLambent;
let lambda: LambdaClient;
beforeAll(async () => {
  lambent = await startTestLambent({ logLevel: "error" });
  ({ lambda } = lambent);
  await createFunction(lambda, "env", { "index.js": "exports.handler = async () => process.env" });
});
afterAll(() => lambent[Symbol.asyncDispose]());

const set = (Variables: Record<string, string>) => lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: "env", Environment: { Variables } }));
const seen = async (): Promise<Record<string, string>> => (await invoke(lambda, "env")).body as Record<string, string>;
/** What can be sent at all: the pattern of names allows no underscore at the front. */
const nameable = (names: readonly string[]): readonly string[] => names.filter((name) => /^[A-Z][A-Z0-9_]+$/.test(name));

test.each([...reserved, ...reservedElsewhere])("%s is refused", async (name) => {
  await expect(set({ [name]: "mine" })).rejects.toMatchObject({ name: "InvalidParameterValueException", message: expect.stringContaining(name) });
});

test("every other that a function finds takes the function's value", async () => {
  // The mark by which the process driver knows its own is nothing that a function is given.
  const names = nameable(Object.keys(await seen())).filter((name) => !reserved.includes(name) && name !== "LAMBENT_SANDBOX");
  expect(names).toEqual(expect.arrayContaining(["TZ", "LANG", "PATH", "LD_LIBRARY_PATH", "NODE_PATH", "AWS_XRAY_CONTEXT_MISSING", "AWS_XRAY_DAEMON_ADDRESS", "AWS_ENDPOINT_URL"]));
  const mine = Object.fromEntries(names.map((name) => [name, `mine-${name}`]));
  await set(mine);
  await waitUntilUpdated(lambda, "env");
  expect(await seen()).toMatchObject(mine);
});
