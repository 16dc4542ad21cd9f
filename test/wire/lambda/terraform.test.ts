// What Terraform's AWS provider sends for a function and what belongs to it, in its order: create and read each resource,
// read all again (`plan` must find no change), change in place, destroy. Reads of what is gone must be the fault that
// the provider takes for gone.
import {
  AddPermissionCommand,
  CreateAliasCommand,
  CreateFunctionUrlConfigCommand,
  DeleteAliasCommand,
  DeleteFunctionCommand,
  DeleteFunctionEventInvokeConfigCommand,
  DeleteFunctionUrlConfigCommand,
  DeleteLayerVersionCommand,
  GetAliasCommand,
  GetFunctionCodeSigningConfigCommand,
  GetFunctionCommand,
  GetFunctionConcurrencyCommand,
  GetFunctionEventInvokeConfigCommand,
  GetFunctionRecursionConfigCommand,
  GetFunctionUrlConfigCommand,
  GetLayerVersionByArnCommand,
  GetPolicyCommand,
  type LambdaClient,
  ListVersionsByFunctionCommand,
  PublishLayerVersionCommand,
  PublishVersionCommand,
  PutFunctionConcurrencyCommand,
  PutFunctionEventInvokeConfigCommand,
  PutFunctionRecursionConfigCommand,
  RemovePermissionCommand,
  UpdateAliasCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
  UpdateFunctionUrlConfigCommand,
} from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, expect, test } from "vitest";
import { zipOf } from "../../../src/cli/zip.ts";
import { arnOf, invoke, says, waitUntilPublished, waitUntilUpdated } from "../../harness/functions.ts";
import { createFunction, startTestLambent, type TestLambent } from "../../harness/lambent.ts";

const FunctionName = "tf";
const StatementId = "from-rule";
const alias = { FunctionName, Name: "live" };
const onAlias = { FunctionName, Qualifier: "live" };
const sourceArn = "arn:aws:events:us-east-1:000000000000:rule/r";

let lambent: TestLambent;
let lambda: LambdaClient;
beforeAll(async () => {
  lambent = await startTestLambent();
  ({ lambda } = lambent);
});
afterAll(() => lambent[Symbol.asyncDispose]());

/** Answers without what differs from call to call. */
async function read(answer: Promise<object>): Promise<object> {
  const { $metadata: _of, ...members } = (await answer) as { readonly $metadata: unknown; readonly Code?: object };
  // The link to the code is signed anew for each.
  return { ...members, Code: undefined };
}

const readFunction = () =>
  Promise.all([
    read(lambda.send(new GetFunctionCommand({ FunctionName }))),
    read(lambda.send(new ListVersionsByFunctionCommand({ FunctionName, MaxItems: 50 }))),
    read(lambda.send(new GetFunctionCodeSigningConfigCommand({ FunctionName }))),
    read(lambda.send(new GetFunctionConcurrencyCommand({ FunctionName }))),
  ]);
const readOthers = (layer: string) =>
  Promise.all([
    read(lambda.send(new GetAliasCommand(alias))),
    read(lambda.send(new GetPolicyCommand({ FunctionName }))),
    read(lambda.send(new GetFunctionUrlConfigCommand({ FunctionName }))),
    read(lambda.send(new GetFunctionUrlConfigCommand(onAlias))),
    read(lambda.send(new GetFunctionEventInvokeConfigCommand({ FunctionName }))),
    read(lambda.send(new GetFunctionEventInvokeConfigCommand(onAlias))),
    read(lambda.send(new GetFunctionRecursionConfigCommand({ FunctionName }))),
    lambda.send(new GetLayerVersionByArnCommand({ Arn: layer })).then(({ LayerVersionArn }) => LayerVersionArn),
  ]);

test("a function with alias, permission, URLs, event invoke configs and a layer is created, read, changed and destroyed", async () => {
  const ZipFile = await zipOf({ "nodejs/x.txt": "x" });
  const { LayerVersionArn = "", LayerArn, Version } = await lambda.send(
    new PublishLayerVersionCommand({ LayerName: "tf-layer", Content: { ZipFile }, CompatibleRuntimes: ["nodejs22.x"] }),
  );
  await createFunction(lambda, "tf-failures", says("failed"));
  await createFunction(lambda, FunctionName, says("one"), { Publish: true, Environment: { Variables: { A_B: "1" } }, Tags: { a: "b" } });
  await waitUntilPublished(lambda, FunctionName, "1");
  await lambda.send(new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: 5 }));
  const created = await readFunction();
  expect(created).toMatchObject([
    { Configuration: { FunctionName, LastUpdateStatus: "Successful", Version: "$LATEST" }, Tags: { a: "b" }, Concurrency: { ReservedConcurrentExecutions: 5 } },
    { Versions: [{ Version: "$LATEST" }, { Version: "1", FunctionArn: arnOf(FunctionName, "1") }] },
    { FunctionName },
    { ReservedConcurrentExecutions: 5 },
  ]);

  await lambda.send(new CreateAliasCommand({ ...alias, FunctionVersion: "1" }));
  await lambda.send(new AddPermissionCommand({ FunctionName, StatementId, Action: "lambda:InvokeFunction", Principal: "events.amazonaws.com", SourceArn: sourceArn }));
  const Cors = { AllowOrigins: ["*"], AllowMethods: ["GET"], MaxAge: 10 };
  await lambda.send(new CreateFunctionUrlConfigCommand({ FunctionName, AuthType: "NONE", Cors, InvokeMode: "BUFFERED" }));
  // The provider lets everybody in where AuthType is NONE.
  await lambda.send(
    new AddPermissionCommand({ FunctionName, StatementId: "FunctionURLAllowPublicAccess", Action: "lambda:InvokeFunctionUrl", Principal: "*", FunctionUrlAuthType: "NONE" }),
  );
  await lambda.send(new CreateFunctionUrlConfigCommand({ ...onAlias, AuthType: "AWS_IAM", InvokeMode: "RESPONSE_STREAM" }));
  const OnFailure = { Destination: arnOf("tf-failures") };
  await lambda.send(
    new PutFunctionEventInvokeConfigCommand({ FunctionName, MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60, DestinationConfig: { OnFailure, OnSuccess: {} } }),
  );
  await lambda.send(new PutFunctionEventInvokeConfigCommand({ ...onAlias, MaximumRetryAttempts: 1, DestinationConfig: {} }));
  await lambda.send(new PutFunctionRecursionConfigCommand({ FunctionName, RecursiveLoop: "Allow" }));

  // None of these has touched the function as the provider reads it.
  expect(await readFunction()).toEqual(created);
  expect(await readOthers(LayerVersionArn)).toEqual(await readOthers(LayerVersionArn));
  expect(await readOthers(LayerVersionArn)).toMatchObject([
    { AliasArn: arnOf(FunctionName, "live"), FunctionVersion: "1" },
    { Policy: expect.stringContaining("FunctionURLAllowPublicAccess") },
    { AuthType: "NONE", Cors },
    { AuthType: "AWS_IAM", InvokeMode: "RESPONSE_STREAM", FunctionArn: arnOf(FunctionName, "live") },
    { MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60, DestinationConfig: { OnSuccess: {}, OnFailure } },
    { MaximumRetryAttempts: 1, DestinationConfig: { OnSuccess: {}, OnFailure: {} } },
    { RecursiveLoop: "Allow" },
    LayerVersionArn,
  ]);

  await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, Timeout: 10 }));
  await waitUntilUpdated(lambda, FunctionName);
  await lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile: await zipOf(says("two")) }));
  await waitUntilUpdated(lambda, FunctionName);
  const { Version: second } = await lambda.send(new PublishVersionCommand({ FunctionName }));
  expect(second).toBe("2");
  await waitUntilPublished(lambda, FunctionName, "2");
  await lambda.send(new UpdateAliasCommand({ ...alias, FunctionVersion: "2" }));
  await lambda.send(new UpdateFunctionUrlConfigCommand({ FunctionName, AuthType: "NONE", Cors: {} }));
  expect(await lambda.send(new GetFunctionUrlConfigCommand({ FunctionName }))).not.toHaveProperty("Cors");
  expect((await invoke(lambda, FunctionName, {}, { Qualifier: "live" })).body).toBe("two");

  const gone = { name: "ResourceNotFoundException" };
  await lambda.send(new DeleteFunctionEventInvokeConfigCommand(onAlias));
  await lambda.send(new DeleteFunctionUrlConfigCommand(onAlias));
  await lambda.send(new RemovePermissionCommand({ FunctionName, StatementId }));
  await lambda.send(new DeleteAliasCommand(alias));
  await expect(lambda.send(new GetFunctionEventInvokeConfigCommand(onAlias))).rejects.toMatchObject(gone);
  await expect(lambda.send(new GetFunctionUrlConfigCommand(onAlias))).rejects.toMatchObject(gone);
  await expect(lambda.send(new GetAliasCommand(alias))).rejects.toMatchObject(gone);
  await lambda.send(new DeleteFunctionCommand({ FunctionName }));
  for (const missing of [
    lambda.send(new GetFunctionCommand({ FunctionName })),
    lambda.send(new GetPolicyCommand({ FunctionName })),
    lambda.send(new GetFunctionUrlConfigCommand({ FunctionName })),
    lambda.send(new GetFunctionEventInvokeConfigCommand({ FunctionName })),
    lambda.send(new GetFunctionRecursionConfigCommand({ FunctionName })),
  ])
    await expect(missing).rejects.toMatchObject(gone);
  await lambda.send(new DeleteLayerVersionCommand({ LayerName: LayerArn, VersionNumber: Version }));
  await expect(lambda.send(new GetLayerVersionByArnCommand({ Arn: LayerVersionArn }))).rejects.toMatchObject(gone);
});
