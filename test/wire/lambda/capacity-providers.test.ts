// Capacity providers and function scaling configurations through the official client.
import {
  CreateAliasCommand,
  CreateCapacityProviderCommand,
  DeleteCapacityProviderCommand,
  DeleteFunctionCommand,
  GetCapacityProviderCommand,
  GetFunctionConfigurationCommand,
  GetFunctionScalingConfigCommand,
  type LambdaClient,
  ListCapacityProvidersCommand,
  ListFunctionVersionsByCapacityProviderCommand,
  ListTagsCommand,
  PublishVersionCommand,
  PutFunctionScalingConfigCommand,
  PutProvisionedConcurrencyConfigCommand,
  UpdateAliasCommand,
  UpdateCapacityProviderCommand,
  UpdateFunctionConfigurationCommand,
  waitUntilFunctionUpdatedV2,
} from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, expect, test } from "vitest";
import { arnOf, invoke, refusal, says } from "../../harness/functions.ts";
import { createFunction, startTestLambent, type TestLambent } from "../../harness/lambent.ts";
import { workerBootstrap } from "../../harness/worker-bootstrap.ts";

let lambent: TestLambent;
let lambda: LambdaClient;
beforeAll(async () => {
  lambent = await startTestLambent();
  ({ lambda } = lambent);
});
afterAll(() => lambent[Symbol.asyncDispose]());

const CapacityProviderName = "provider";
const CapacityProviderArn = `arn:aws:lambda:us-east-1:000000000000:capacity-provider:${CapacityProviderName}`;

test("a capacity provider lives", async () => {
  const settings = {
    VpcConfig: { SubnetIds: ["subnet-1"], SecurityGroupIds: ["sg-1"] },
    PermissionsConfig: { CapacityProviderOperatorRoleArn: "arn:aws:iam::000000000000:role/operator" },
    InstanceRequirements: { Architectures: ["arm64" as const] },
  };
  const { $metadata, CapacityProvider } = await lambda.send(new CreateCapacityProviderCommand({ CapacityProviderName, ...settings, Tags: { a: "1" } }));
  expect($metadata.httpStatusCode).toBe(202);
  expect(CapacityProvider).toEqual({ ...settings, CapacityProviderArn, State: "Pending", LastModified: expect.any(String) });
  expect((await lambda.send(new GetCapacityProviderCommand({ CapacityProviderName }))).CapacityProvider).toEqual({ ...CapacityProvider, State: "Active" });
  const scaling = { MaxVCpuCount: 8, ScalingMode: "Auto" as const };
  const updated = await lambda.send(new UpdateCapacityProviderCommand({ CapacityProviderName, CapacityProviderScalingConfig: scaling }));
  expect(updated).toMatchObject({ $metadata: { httpStatusCode: 202 }, CapacityProvider: { CapacityProviderScalingConfig: scaling } });
  expect((await lambda.send(new ListCapacityProvidersCommand({ State: "Active" }))).CapacityProviders).toMatchObject([{ CapacityProviderArn }]);
  expect((await lambda.send(new ListTagsCommand({ Resource: CapacityProviderArn }))).Tags).toEqual({ a: "1" });
  expect(await lambda.send(new ListFunctionVersionsByCapacityProviderCommand({ CapacityProviderName }))).toMatchObject({ CapacityProviderArn, FunctionVersions: [] });
  expect(await lambda.send(new DeleteCapacityProviderCommand({ CapacityProviderName }))).toMatchObject({
    $metadata: { httpStatusCode: 202 },
    CapacityProvider: { State: "Deleting" },
  });
  await expect(lambda.send(new GetCapacityProviderCommand({ CapacityProviderName }))).rejects.toMatchObject(
    refusal(404, "ResourceNotFoundException", `Capacity provider not found: ${CapacityProviderArn}`),
  );
});

test("a function without one has no scaling configuration", async () => {
  await createFunction(lambda, "plain", says("x"), { Publish: true });
  const input = { FunctionName: "plain", Qualifier: "1" };
  const none = refusal(403, "AccessDeniedException", "The function provided by the arn does not contain a capacity provider configuration");
  await expect(lambda.send(new GetFunctionScalingConfigCommand(input))).rejects.toMatchObject(none);
  const FunctionScalingConfig = { MinExecutionEnvironments: 1, MaxExecutionEnvironments: 2 };
  await expect(lambda.send(new PutFunctionScalingConfigCommand({ ...input, FunctionScalingConfig }))).rejects.toMatchObject(none);
});

test("a function with one runs several events at once in one environment", async () => {
  await lambda.send(
    new CreateCapacityProviderCommand({
      CapacityProviderName: "busy",
      VpcConfig: { SubnetIds: ["subnet-1"], SecurityGroupIds: [] },
      PermissionsConfig: { CapacityProviderOperatorRoleArn: "arn:aws:iam::000000000000:role/operator" },
    }),
  );
  const arn = CapacityProviderArn.replace(/provider$/, "busy");
  const CapacityProviderConfig = {
    LambdaManagedInstancesCapacityProviderConfig: { CapacityProviderArn: arn, PerExecutionEnvironmentMaxConcurrency: 4 },
  };
  const settings = { Runtime: "provided.al2023", Handler: "any", MemorySize: 2048, Timeout: 20, CapacityProviderConfig } as const;
  const bootstrap = workerBootstrap("async ({ count }) => { if (count) await meet(count); return process.pid; }");
  await createFunction(lambda, "managed", { bootstrap }, { ...settings, Publish: true });
  expect(await lambda.send(new GetFunctionConfigurationCommand({ FunctionName: "managed" }))).toMatchObject({ CapacityProviderConfig, LoggingConfig: { LogFormat: "JSON" }, MemorySize: 2048 });
  await invoke(lambda, "managed");
  const answers = await Promise.all(Array.from({ length: 4 }, () => invoke(lambda, "managed", { count: 4 })));
  expect(new Set(answers.map(({ body }) => body)).size).toBe(1);
  expect(answers[0]?.error).toBeUndefined();

  expect((await lambda.send(new ListFunctionVersionsByCapacityProviderCommand({ CapacityProviderName: "busy" }))).FunctionVersions).toEqual([
    { FunctionArn: arnOf("managed", "$LATEST"), State: "Active" },
    { FunctionArn: arnOf("managed", "1"), State: expect.stringMatching(/^(?:Pending|Active)$/) },
  ]);
  const one = { FunctionName: "managed", Qualifier: "1" };
  expect((await lambda.send(new GetFunctionScalingConfigCommand(one))).FunctionArn).toBe(arnOf("managed", "1"));
  await expect(lambda.send(new PutFunctionScalingConfigCommand({ ...one, FunctionScalingConfig: {} }))).rejects.toMatchObject(
    refusal(400, "InvalidParameterValueException", /^Lambent does not apply FunctionScalingConfig yet/),
  );
  await expect(lambda.send(new DeleteCapacityProviderCommand({ CapacityProviderName: "busy" }))).rejects.toMatchObject(
    refusal(409, "ResourceConflictException", /is used by functions/),
  );
  await lambda.send(new DeleteFunctionCommand({ FunctionName: "managed" }));
  await lambda.send(new DeleteCapacityProviderCommand({ CapacityProviderName: "busy" }));

  const create = (more: object): Promise<unknown> => createFunction(lambda, "refused", { bootstrap }, { ...settings, ...more });
  await expect(create({})).rejects.toMatchObject(refusal(404, "ResourceNotFoundException", `Capacity provider not found: ${arn}`));
  await expect(create({ MemorySize: 1024 })).rejects.toMatchObject(refusal(400, "InvalidParameterValueException", /2048 MB/));
  await expect(create({ LoggingConfig: { LogFormat: "Text" } })).rejects.toMatchObject(refusal(400, "InvalidParameterValueException", /JSON/));
  await expect(create({ Runtime: "nodejs24.x" })).rejects.toMatchObject(
    refusal(400, "InvalidParameterValueException", /^Lambent does not apply CapacityProviderConfig with nodejs24\.x yet/),
  );
});

test("what is provisioned for an alias does not come to a version with a capacity provider", async () => {
  await lambda.send(
    new CreateCapacityProviderCommand({
      CapacityProviderName: "later",
      VpcConfig: { SubnetIds: ["subnet-1"], SecurityGroupIds: [] },
      PermissionsConfig: { CapacityProviderOperatorRoleArn: "arn:aws:iam::000000000000:role/operator" },
    }),
  );
  const FunctionName = "grown";
  await createFunction(lambda, FunctionName, { bootstrap: workerBootstrap("async () => 1") }, { Runtime: "provided.al2023", Handler: "any", MemorySize: 2048, LoggingConfig: { LogFormat: "JSON" }, Publish: true });
  await lambda.send(new CreateAliasCommand({ FunctionName, Name: "live", FunctionVersion: "1" }));
  await lambda.send(new PutProvisionedConcurrencyConfigCommand({ FunctionName, Qualifier: "live", ProvisionedConcurrentExecutions: 1 }));
  const LambdaManagedInstancesCapacityProviderConfig = { CapacityProviderArn: CapacityProviderArn.replace(/provider$/, "later") };
  await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, CapacityProviderConfig: { LambdaManagedInstancesCapacityProviderConfig } }));
  await waitUntilFunctionUpdatedV2({ client: lambda, maxWaitTime: 20, minDelay: 0.05, maxDelay: 0.2 }, { FunctionName });
  const { Version = "" } = await lambda.send(new PublishVersionCommand({ FunctionName }));
  const refused = refusal(400, "InvalidParameterValueException", /Provisioned concurrency is not supported/);
  await expect(lambda.send(new UpdateAliasCommand({ FunctionName, Name: "live", FunctionVersion: Version }))).rejects.toMatchObject(refused);
  await expect(lambda.send(new PutProvisionedConcurrencyConfigCommand({ FunctionName, Qualifier: Version, ProvisionedConcurrentExecutions: 1 }))).rejects.toMatchObject(refused);
});
