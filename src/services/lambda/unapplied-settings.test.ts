import { expect, test } from "vitest";
import { openLambdaRoom, role, zip } from "../../../test/harness/lambda-room.ts";
import type { LambdaInput } from "./api.ts";

type Settings = Partial<LambdaInput<"CreateFunction">>;

const minimal = {
  FunctionName: "f",
  Runtime: "nodejs24.x",
  Handler: "index.handler",
  Role: role,
  Code: { ZipFile: zip("f") },
} as const;

const arn = "arn:aws:sqs:eu-west-1:000000000000:q";

const notApplied: readonly (readonly [string, Settings])[] = [
  ["PackageType Image", { PackageType: "Image" }],
  ["Runtime custom", { Runtime: "custom" as "nodejs24.x" }],
  ["Architectures", { Architectures: ["arm64"] }],
  ["VpcConfig", { VpcConfig: { SubnetIds: ["subnet-1"], SecurityGroupIds: ["sg-1"] } }],
  ["VpcConfig", { VpcConfig: { Ipv6AllowedForDualStack: true } }],
  ["FileSystemConfigs", { FileSystemConfigs: [{ Arn: arn, LocalMountPath: "/mnt/x" }] }],
  ["EphemeralStorage", { EphemeralStorage: { Size: 513 } }],
  ["KMSKeyArn", { KMSKeyArn: "arn:aws:kms:eu-west-1:000000000000:key/k" }],
  ["TracingConfig.Mode Active", { TracingConfig: { Mode: "Active" } }],
  ["SnapStart.ApplyOn PublishedVersions", { SnapStart: { ApplyOn: "PublishedVersions" } }],
  ["ImageConfig", { ImageConfig: { Command: ["x"] } }],
  [
    "ExecutionEnvironmentMemoryGiBPerVCpu",
    {
      CapacityProviderConfig: {
        LambdaManagedInstancesCapacityProviderConfig: { CapacityProviderArn: arn, ExecutionEnvironmentMemoryGiBPerVCpu: 4 },
      },
    },
  ],
  ["DurableConfig", { DurableConfig: {} }],
  ["TenancyConfig", { TenancyConfig: { TenantIsolationMode: "PER_TENANT" } }],
  ["PublishTo", { PublishTo: "LATEST_PUBLISHED" }],
  ["ImageUri", { Code: { ImageUri: "image" } }],
  ["S3ObjectStorageMode REFERENCE", { Code: { ZipFile: zip("f"), S3ObjectStorageMode: "REFERENCE" } }],
  ["SourceKMSKeyArn", { Code: { ZipFile: zip("f"), SourceKMSKeyArn: "arn:aws:kms:eu-west-1:000000000000:key/k" } }],
];

test.each(notApplied)("%s is refused by name and nothing is stored: %j", async (setting, settings) => {
  await using room = await openLambdaRoom();
  await expect(room.call("CreateFunction", { ...minimal, ...settings })).rejects.toMatchObject({
    status: 400,
    code: "InvalidParameterValueException",
    message: expect.stringContaining(`Lambent does not apply ${setting} yet`),
  });
  expect(await room.call("ListFunctions", {})).toEqual({ Functions: [] });
});

/** What Terraform, SAM and CDK send without being asked. */
const meansDefault: readonly Settings[] = [
  { PackageType: "Zip" },
  { Architectures: ["x86_64"] },
  { VpcConfig: {} },
  { VpcConfig: { SubnetIds: [], SecurityGroupIds: [], Ipv6AllowedForDualStack: false } },
  { FileSystemConfigs: [] },
  { Layers: [] },
  { EphemeralStorage: { Size: 512 } },
  { DeadLetterConfig: {} },
  { DeadLetterConfig: { TargetArn: "" } },
  { KMSKeyArn: "" },
  { TracingConfig: { Mode: "PassThrough" } },
  { SnapStart: { ApplyOn: "None" } },
  { LoggingConfig: { LogFormat: "Text", LogGroup: "/aws/lambda/f" } },
  { LoggingConfig: {} },
  { ImageConfig: {} },
  { CodeSigningConfigArn: "" },
  { Publish: false },
  { Code: { ZipFile: zip("f"), S3ObjectStorageMode: "COPY" } },
];

test.each(meansDefault)("the default is taken: %j", async (settings) => {
  await using room = await openLambdaRoom();
  expect(await room.call("CreateFunction", { ...minimal, ...settings })).toMatchObject({ State: "Pending" });
});

test("an update refuses what a creation refuses", async () => {
  await using room = await openLambdaRoom();
  await room.create("f");
  await expect(
    room.call("UpdateFunctionConfiguration", { FunctionName: "f", FileSystemConfigs: [{ Arn: arn, LocalMountPath: "/mnt/x" }] }),
  ).rejects.toMatchObject({ message: expect.stringContaining("FileSystemConfigs") });
  await expect(
    room.call("UpdateFunctionCode", { FunctionName: "f", ZipFile: zip("g"), Architectures: ["arm64"] }),
  ).rejects.toMatchObject({ message: expect.stringContaining("Architectures") });
  await expect(room.call("PublishVersion", { FunctionName: "f", PublishTo: "LATEST_PUBLISHED" })).rejects.toMatchObject({
    message: expect.stringContaining("PublishTo"),
  });
});

test("on a machine with an ARM processor, functions are arm64 unless they ask for something else", async () => {
  await using room = await openLambdaRoom({ architecture: "arm64" });
  expect(await room.call("CreateFunction", minimal)).toMatchObject({ Architectures: ["arm64"] });
  await expect(
    room.call("CreateFunction", { ...minimal, FunctionName: "g", Architectures: ["x86_64"] }),
  ).rejects.toMatchObject({ message: expect.stringContaining("Architectures") });
});
