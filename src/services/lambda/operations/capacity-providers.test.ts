// Capacity providers and the scaling of functions on them: records, and the refusals of what has none.
import { expect, test } from "vitest";
import { functionArn, openLambdaRoom } from "../../../../test/harness/lambda-room.ts";
import type { LambdaInput } from "../api.ts";

const arn = (name: string): string => `arn:aws:lambda:eu-west-1:000000000000:capacity-provider:${name}`;
const settings = {
  VpcConfig: { SubnetIds: ["subnet-1"], SecurityGroupIds: ["sg-1"] },
  PermissionsConfig: { CapacityProviderOperatorRoleArn: "arn:aws:iam::000000000000:role/operator" },
} as const;
const all = {
  ...settings,
  InstanceRequirements: { Architectures: ["arm64"], AllowedInstanceTypes: ["m8g.*"] },
  CapacityProviderScalingConfig: {
    MaxVCpuCount: 10,
    ScalingMode: "Manual",
    ScalingPolicies: [{ PredefinedMetricType: "LambdaCapacityProviderAverageCPUUtilization", TargetValue: 50 }],
  },
  KmsKeyArn: "arn:aws:kms:eu-west-1:000000000000:key/k",
  PropagateTags: { Mode: "Explicit", ExplicitTags: { a: "1" } },
  TelemetryConfig: { LoggingConfig: { SystemLogLevel: "WARN", LogGroup: "/mine" } },
} as const satisfies Partial<LambdaInput<"CreateCapacityProvider">>;

test("a capacity provider lives: created, shown, updated, tagged, deleted", async () => {
  await using room = await openLambdaRoom();
  const created = await room.call("CreateCapacityProvider", { CapacityProviderName: "c", ...all, Tags: { a: "1" } });
  expect(created).toMatchObject({ CapacityProvider: { ...all, CapacityProviderArn: arn("c"), State: "Pending" } });
  expect(await room.call("GetCapacityProvider", { CapacityProviderName: arn("c") })).toMatchObject({ CapacityProvider: { ...all, State: "Active" } });

  const scaling = { MaxVCpuCount: 20, ScalingMode: "Auto" } as const;
  const updated = await room.call("UpdateCapacityProvider", { CapacityProviderName: "c", CapacityProviderScalingConfig: scaling });
  expect(updated.CapacityProvider).toMatchObject({ ...all, CapacityProviderScalingConfig: scaling, State: "Active" });

  await room.call("TagResource", { Resource: arn("c"), Tags: { b: "2" } });
  expect(await room.call("ListTags", { Resource: arn("c") })).toEqual({ Tags: { a: "1", b: "2" } });
  expect(await room.call("ListFunctionVersionsByCapacityProvider", { CapacityProviderName: "c" })).toEqual({
    CapacityProviderArn: arn("c"),
    FunctionVersions: [],
  });
  expect(await room.call("DeleteCapacityProvider", { CapacityProviderName: "c" })).toMatchObject({ CapacityProvider: { State: "Deleting" } });
  await room.call("CreateCapacityProvider", { CapacityProviderName: arn("c"), ...settings });
  expect(await room.call("ListTags", { Resource: arn("c") })).toEqual({ Tags: {} });
});

test("a list is in order of names, page by page, and can be cut to a state", async () => {
  await using room = await openLambdaRoom();
  for (const name of ["b", "c", "a"]) await room.call("CreateCapacityProvider", { CapacityProviderName: name, ...settings });
  const arns = async (input: LambdaInput<"ListCapacityProviders">) => {
    const { CapacityProviders = [], NextMarker } = await room.call("ListCapacityProviders", input);
    return [CapacityProviders.map(({ CapacityProviderArn }) => CapacityProviderArn), NextMarker] as const;
  };
  const [first, Marker] = await arns({ MaxItems: 2 });
  expect(first).toEqual([arn("a"), arn("b")]);
  expect(await arns({ MaxItems: 2, Marker, State: "Active" })).toEqual([[arn("c")], undefined]);
  expect(await arns({ State: "Failed" })).toEqual([[], undefined]);
});

test("what is there twice, or not at all, is refused", async () => {
  await using room = await openLambdaRoom();
  await room.call("CreateCapacityProvider", { CapacityProviderName: "c", ...settings });
  await expect(room.call("CreateCapacityProvider", { CapacityProviderName: "c", ...settings })).rejects.toMatchObject({
    status: 409,
    code: "ResourceConflictException",
  });
  const both = { AllowedInstanceTypes: ["m8g.*"], ExcludedInstanceTypes: ["c8g.*"] };
  await expect(
    room.call("CreateCapacityProvider", { CapacityProviderName: "d", ...settings, InstanceRequirements: both }),
  ).rejects.toMatchObject({ status: 400, code: "InvalidParameterValueException" });
  const missing = { status: 404, code: "ResourceNotFoundException", message: `Capacity provider not found: ${arn("d")}` };
  for (const operation of ["GetCapacityProvider", "UpdateCapacityProvider", "DeleteCapacityProvider", "ListFunctionVersionsByCapacityProvider"] as const)
    await expect(room.call(operation, { CapacityProviderName: "d" })).rejects.toMatchObject(missing);
  const elsewhere = arn("c").replace("eu-west-1", "us-east-1");
  await expect(room.call("GetCapacityProvider", { CapacityProviderName: elsewhere })).rejects.toMatchObject({ status: 404 });
  await expect(room.call("TagResource", { Resource: elsewhere, Tags: { a: "1" } })).rejects.toMatchObject({ status: 404 });
});

test.each(["GetFunctionScalingConfig", "PutFunctionScalingConfig"] as const)("%s is for functions on capacity providers", async (operation) => {
  await using room = await openLambdaRoom();
  await room.create("f", { Publish: true });
  for (const Qualifier of ["1", "$LATEST.PUBLISHED"])
    await expect(room.call(operation, { FunctionName: "f", Qualifier })).rejects.toMatchObject({
      status: 403,
      code: "AccessDeniedException",
      message: "The function provided by the arn does not contain a capacity provider configuration",
    });
  await expect(room.call(operation, { FunctionName: "f", Qualifier: "2" })).rejects.toMatchObject({
    status: 404,
    message: `Function not found: ${functionArn("f", "2")}`,
  });
  await expect(room.call(operation, { FunctionName: "g", Qualifier: "1" })).rejects.toMatchObject({ status: 404 });
});
