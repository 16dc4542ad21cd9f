// Capacity providers and function scaling configurations through the official client.
import {
  CreateCapacityProviderCommand,
  DeleteCapacityProviderCommand,
  GetCapacityProviderCommand,
  GetFunctionScalingConfigCommand,
  type LambdaClient,
  ListCapacityProvidersCommand,
  ListFunctionVersionsByCapacityProviderCommand,
  ListTagsCommand,
  PutFunctionScalingConfigCommand,
  UpdateCapacityProviderCommand,
} from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, expect, test } from "vitest";
import { refusal, says } from "../../harness/functions.ts";
import { createFunction, startTestLambent, type TestLambent } from "../../harness/lambent.ts";

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
