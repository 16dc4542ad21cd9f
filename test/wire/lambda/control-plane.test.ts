// Functions, versions, aliases and tags through the official client: statuses, members and errors on the wire.
import {
  type AddPermissionCommandInput,
  AddPermissionCommand,
  CreateAliasCommand,
  CreateFunctionCommand,
  type CreateFunctionCommandInput,
  DeleteAliasCommand,
  DeleteFunctionCommand,
  GetAccountSettingsCommand,
  GetAliasCommand,
  GetFunctionCommand,
  GetFunctionConfigurationCommand,
  InvokeCommand,
  type LambdaClient,
  ListAliasesCommand,
  ListFunctionsCommand,
  ListTagsCommand,
  ListVersionsByFunctionCommand,
  PublishVersionCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateAliasCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
  waitUntilFunctionUpdatedV2,
  waitUntilPublishedVersionActive,
} from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { zipOf } from "../../../src/cli/zip.ts";
import { createFunction, startTestLambent, type TestLambent, testRole } from "../../harness/lambent.ts";

let lambent: TestLambent;
let lambda: LambdaClient;
beforeAll(async () => {
  lambent = await startTestLambent();
  ({ lambda } = lambent);
});
afterAll(() => lambent[Symbol.asyncDispose]());

const arn = (name: string): string => `arn:aws:lambda:us-east-1:000000000000:function:${name}`;
const says = (word: string): Record<string, string> => ({
  "index.mjs": `export const handler = async () => process.env.WORD ?? ${JSON.stringify(word)};`,
});
const patience = { maxWaitTime: 30, minDelay: 0.02, maxDelay: 0.2 };
const updated = (FunctionName: string) => waitUntilFunctionUpdatedV2({ client: lambda, ...patience }, { FunctionName });

async function answerOf(FunctionName: string): Promise<unknown> {
  const { Payload } = await lambda.send(new InvokeCommand({ FunctionName }));
  return JSON.parse(Payload?.transformToString() ?? "");
}

test("a function goes from its creation over updates to its deletion", async () => {
  const FunctionName = "life";
  await createFunction(lambda, FunctionName, says("first"), { Tags: { team: "a" } });
  expect(await answerOf(FunctionName)).toBe("first");

  const found = await lambda.send(new GetFunctionCommand({ FunctionName }));
  expect(found).toMatchObject({ Tags: { team: "a" }, Configuration: { State: "Active", LastUpdateStatus: "Successful" } });
  const download = await fetch(found.Code?.Location ?? "");
  expect((await download.arrayBuffer()).byteLength).toBe(found.Configuration?.CodeSize);

  const code = await lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile: await zipOf(says("second")) }));
  expect(code).toMatchObject({ State: "Active", LastUpdateStatus: "InProgress", LastUpdateStatusReasonCode: "Creating" });
  await updated(FunctionName);
  expect(await answerOf(FunctionName)).toBe("second");

  const Environment = { Variables: { WORD: "third" } };
  await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, Environment, RevisionId: undefined }));
  await updated(FunctionName);
  expect(await answerOf(FunctionName)).toBe("third");

  const { $metadata } = await lambda.send(new DeleteFunctionCommand({ FunctionName }));
  expect($metadata.httpStatusCode).toBe(204);
  await expect(lambda.send(new GetFunctionCommand({ FunctionName }))).rejects.toMatchObject({
    name: "ResourceNotFoundException",
    Type: "User",
    message: `Function not found: ${arn(FunctionName)}`,
    $metadata: { httpStatusCode: 404 },
  });
});

test("versions and aliases run what was published, and an alias with weights runs both", async () => {
  const FunctionName = "versions";
  await createFunction(lambda, FunctionName, says("one"), { Publish: true });
  await lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile: await zipOf(says("two")) }));
  await updated(FunctionName);
  const published = await lambda.send(new PublishVersionCommand({ FunctionName, Description: "second" }));
  expect(published).toMatchObject({ Version: "2", State: "Pending", $metadata: { httpStatusCode: 201 } });
  for (const Qualifier of ["1", "2"])
    await waitUntilPublishedVersionActive({ client: lambda, ...patience }, { FunctionName, Qualifier });
  expect(await answerOf(`${FunctionName}:1`)).toBe("one");
  expect(await answerOf(`${arn(FunctionName)}:2`)).toBe("two");

  const alias = { FunctionName, Name: "prod" };
  const RoutingConfig = { AdditionalVersionWeights: { "2": 0.5 } };
  const created = await lambda.send(new CreateAliasCommand({ ...alias, FunctionVersion: "1", RoutingConfig }));
  expect(created).toMatchObject({ AliasArn: `${arn(FunctionName)}:prod`, RoutingConfig, $metadata: { httpStatusCode: 201 } });
  const seen = new Set<string>();
  // Both with a probability of all but 2 to the power of -60.
  for (let n = 0; n < 60 && seen.size < 2; n++) {
    const { ExecutedVersion, Payload } = await lambda.send(new InvokeCommand({ FunctionName, Qualifier: "prod" }));
    seen.add(`${ExecutedVersion} ${Payload?.transformToString()}`);
  }
  expect([...seen].toSorted()).toEqual(['1 "one"', '2 "two"']);

  await lambda.send(new UpdateAliasCommand({ ...alias, FunctionVersion: "2", RoutingConfig: {} }));
  expect(await answerOf(`${FunctionName}:prod`)).toBe("two");
  expect(await lambda.send(new GetAliasCommand(alias))).toMatchObject({ FunctionVersion: "2" });
  expect((await lambda.send(new ListAliasesCommand({ FunctionName }))).Aliases).toHaveLength(1);
  const { Versions } = await lambda.send(new ListVersionsByFunctionCommand({ FunctionName }));
  expect(Versions?.map(({ Version }) => Version)).toEqual(["$LATEST", "1", "2"]);
  expect((await lambda.send(new DeleteAliasCommand(alias))).$metadata.httpStatusCode).toBe(204);
});

test("tags, lists and account settings", async () => {
  await createFunction(lambda, "tagged", says("x"));
  const Resource = arn("tagged");
  expect((await lambda.send(new TagResourceCommand({ Resource, Tags: { "a b": "1", c: "2" } }))).$metadata.httpStatusCode).toBe(204);
  expect((await lambda.send(new UntagResourceCommand({ Resource, TagKeys: ["c"] }))).$metadata.httpStatusCode).toBe(204);
  expect((await lambda.send(new ListTagsCommand({ Resource }))).Tags).toEqual({ "a b": "1" });

  const { Functions } = await lambda.send(new ListFunctionsCommand({ FunctionVersion: "ALL" }));
  expect(Functions?.map(({ FunctionArn }) => FunctionArn)).toContain(`${Resource}:$LATEST`);
  const settings = await lambda.send(new GetAccountSettingsCommand({}));
  expect(settings.AccountLimit).toMatchObject({ ConcurrentExecutions: 1000, CodeSizeUnzipped: 262_144_000 });
  expect(settings.AccountUsage?.FunctionCount).toBeGreaterThan(0);
});

describe("is refused in AWS's words:", () => {
  const creation = async (more: Partial<CreateFunctionCommandInput>): Promise<CreateFunctionCommand> =>
    new CreateFunctionCommand({
      FunctionName: "refused",
      Runtime: "nodejs26.x",
      Handler: "index.handler",
      Role: testRole,
      Code: { ZipFile: await zipOf(says("x")) },
      ...more,
    });

  test.each<[string, Partial<CreateFunctionCommandInput>, number, string, string | RegExp]>([
    ["an unknown runtime", { Runtime: "cobol" as "provided" }, 400, "InvalidParameterValueException", /^Value cobol at 'runtime' failed/],
    ["a long name", { FunctionName: "n".repeat(65) }, 400, "InvalidParameterValueException", /less than or equal to 64$/],
    ["a very long name", { FunctionName: "n".repeat(141) }, 400, "ValidationException", /less than or equal to 140$/],
    ["two architectures", { Architectures: ["arm64", "x86_64"] }, 400, "ValidationException", /at 'architectures' .*less than or equal to 1$/],
    ["what is no zip", { Code: { ZipFile: Buffer.from("no zip") } }, 400, "InvalidParameterValueException", /^Could not unzip uploaded file\./],
    ["a setting that is not applied", { Layers: ["arn:aws:lambda:us-east-1:000000000000:layer:l:1"] }, 400, "InvalidParameterValueException", /does not apply Layers yet/],
  ])("%s", async (...[, more, httpStatusCode, name, message]) => {
    await expect(lambda.send(await creation(more))).rejects.toMatchObject({
      name,
      message: expect.stringMatching(message),
      $metadata: { httpStatusCode },
    });
  });

  test.each([
    ["another region's function", "arn:aws:lambda:eu-west-1:000000000000:function:f", 404, "Functions from 'eu-west-1' are not reachable in this region ('us-east-1')"],
    ["two qualifiers", `${arn("f")}:1`, 400, "The derived qualifier from the function name does not match the specified qualifier."],
    ["another account's function", "arn:aws:lambda:us-east-1:111111111111:function:f", 403, "arn:aws:lambda:us-east-1:111111111111:function:f belongs to another account."],
  ])("%s", async (...[, FunctionName, httpStatusCode, message]) => {
    await expect(
      lambda.send(new GetFunctionConfigurationCommand({ FunctionName, Qualifier: "2" })),
    ).rejects.toMatchObject({ message, $metadata: { httpStatusCode } });
  });

  test("an old RevisionId", async () => {
    await createFunction(lambda, "revised", says("x"));
    const input = { FunctionName: "revised", RevisionId: "00000000-0000-4000-8000-000000000000" };
    await expect(lambda.send(new UpdateFunctionConfigurationCommand(input))).rejects.toMatchObject({
      name: "PreconditionFailedException",
      $metadata: { httpStatusCode: 412 },
    });
  });

  test("an operation that is not here yet", async () => {
    const input: AddPermissionCommandInput = { FunctionName: "f", StatementId: "s", Action: "lambda:*", Principal: "*" };
    await expect(lambda.send(new AddPermissionCommand(input))).rejects.toThrow(/AddPermission/);
  });
});
