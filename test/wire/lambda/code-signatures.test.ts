// Signed packages through the official client: which are deployed, which are refused, and what is told of them.
import {
  CreateCodeSigningConfigCommand,
  CreateFunctionCommand,
  DeleteFunctionCodeSigningConfigCommand,
  GetFunctionCodeSigningConfigCommand,
  GetFunctionCommand,
  type LambdaClient,
  PublishLayerVersionCommand,
  PublishVersionCommand,
  PutFunctionCodeSigningConfigCommand,
  UpdateCodeSigningConfigCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
} from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { SigningProfile } from "../../../src/admin/signing-routes.ts";
import { zipOf } from "../../../src/cli/zip.ts";
import { signaturePath } from "../../../src/engine/code/signed-zip.ts";
import { arnOf, invoke, refusal, says, waitUntilPublished, waitUntilUpdated } from "../../harness/functions.ts";
import { createFunction, startTestLambent, temporaryFolder, type TestLambent, testRole } from "../../harness/lambent.ts";
import { jobArn, registerProfile, revokeProfile, signedZip } from "../../harness/signing.ts";

type Policy = "Warn" | "Enforce";

let lambent: TestLambent;
let lambda: LambdaClient;
let profile: SigningProfile;
let other: SigningProfile;
let revoked: SigningProfile;
let unsigned: Buffer;
/** ARN of the configuration that allows `profile` and `revoked`, by its policy. */
const configs = new Map<Policy, string>();

beforeAll(async () => {
  lambent = await startTestLambent({ logLevel: "error" });
  ({ lambda } = lambent);
  profile = await registerProfile(lambent.endpoint, "mine");
  other = await registerProfile(lambent.endpoint, "other");
  revoked = await registerProfile(lambent.endpoint, "lost");
  await revokeProfile(lambent.endpoint, "lost");
  unsigned = await zipOf(says("signed"), 0o100755);
  for (const policy of ["Warn", "Enforce"] as const) configs.set(policy, await createConfig(lambda, [profile, revoked], policy));
});
afterAll(() => lambent[Symbol.asyncDispose]());

async function createConfig(client: LambdaClient, allowed: readonly SigningProfile[], policy: Policy): Promise<string> {
  const AllowedPublishers = { SigningProfileVersionArns: allowed.map(({ arn }) => arn) };
  const CodeSigningPolicies = { UntrustedArtifactOnDeployment: policy };
  const { CodeSigningConfig } = await client.send(new CreateCodeSigningConfigCommand({ AllowedPublishers, CodeSigningPolicies }));
  return CodeSigningConfig?.CodeSigningConfigArn ?? "";
}

let names = 0;
const create = (ZipFile: Buffer, policy: Policy, FunctionName = `f${(names += 1)}`) =>
  lambda.send(
    new CreateFunctionCommand({
      FunctionName,
      Runtime: "nodejs26.x",
      Handler: "index.handler",
      Role: testRole,
      Code: { ZipFile },
      CodeSigningConfigArn: configs.get(policy),
    }),
  );

/** Other code under a signature that was made for this one, as whoever cannot sign would pack it. */
const repacked = async (): Promise<Buffer> => {
  const zip = await signedZip(unsigned, profile.arn);
  const signature = /eyJ[\w-]+\.[\w-]+\.[\w-]+/.exec(zip.toString("latin1"))?.[0] ?? "";
  return zipOf({ ...says("evil"), [signaturePath]: signature }, 0o100755);
};
const untrusted = /^Lambda cannot deploy the function\. The function or layer might be signed using a signature that the client is not configured to accept\. Check the provided signature for /;
const refused = (message: RegExp) => refusal(400, "CodeVerificationFailedException", message);

describe("a package signed by an allowed profile", () => {
  test("is deployed under Enforce, runs, and tells its profile and job", async () => {
    const FunctionName = "trusted";
    const zip = await signedZip(unsigned, profile.arn);
    await createFunction(lambda, FunctionName, {}, { Code: { ZipFile: zip }, CodeSigningConfigArn: configs.get("Enforce") });
    expect(await invoke(lambda, FunctionName)).toMatchObject({ body: "signed" });
    const signer = { SigningProfileVersionArn: profile.arn, SigningJobArn: jobArn };
    const { Configuration } = await lambda.send(new GetFunctionCommand({ FunctionName }));
    expect(Configuration).toMatchObject(signer);
    expect(await lambda.send(new GetFunctionCodeSigningConfigCommand({ FunctionName }))).toMatchObject({ CodeSigningConfigArn: configs.get("Enforce") });
    expect(await lambda.send(new PublishVersionCommand({ FunctionName }))).toMatchObject({ Version: "1", ...signer });
    await waitUntilPublished(lambda, FunctionName, "1");
    const next = await signedZip(await zipOf(says("next"), 0o100755), profile.arn);
    await lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile: next }));
    await waitUntilUpdated(lambda, FunctionName);
    expect(await invoke(lambda, FunctionName)).toMatchObject({ body: "next" });
  });

  test("of a layer tells its profile and job", async () => {
    const { Content } = await lambda.send(new PublishLayerVersionCommand({ LayerName: "signed", Content: { ZipFile: await signedZip(unsigned, profile.arn) } }));
    expect(Content).toMatchObject({ SigningProfileVersionArn: profile.arn, SigningJobArn: jobArn });
  });
});

test("layers that a function is given are judged, and tell who signed them", async () => {
  const FunctionName = "layered";
  await createFunction(lambda, FunctionName, {}, { Code: { ZipFile: await signedZip(unsigned, profile.arn) }, CodeSigningConfigArn: configs.get("Enforce") });
  const publish = async (ZipFile: Buffer) => (await lambda.send(new PublishLayerVersionCommand({ LayerName: "tools", Content: { ZipFile } }))).LayerVersionArn ?? "";
  const content = await zipOf({ "lib/tool.txt": "tool" });
  const [plain, signed] = [await publish(content), await publish(await signedZip(content, profile.arn))];
  const give = (...Layers: string[]) => lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, Layers }));
  await expect(give(plain)).rejects.toMatchObject(refused(new RegExp(`^Lambda cannot deploy the function\\..* for ${plain}\\.$`)));
  const { Layers } = await give(signed);
  expect(Layers).toMatchObject([{ Arn: signed, SigningProfileVersionArn: profile.arn, SigningJobArn: jobArn }]);
  await waitUntilUpdated(lambda, FunctionName);
  expect(await invoke(lambda, FunctionName)).toMatchObject({ body: "signed" });
});

describe.each<Policy>(["Warn", "Enforce"])("under %s", (policy) => {
  test("a package that was changed after it was signed is refused", async () => {
    const message = /^The code signature failed the integrity check\./;
    await expect(create(await repacked(), policy)).rejects.toMatchObject({ ...refusal(400, "InvalidCodeSignatureException", message), Type: "User" });
  });

  test.each<[string, () => Promise<Buffer>, RegExp]>([
    ["not signed", async () => unsigned, untrusted],
    ["signed by another profile", () => signedZip(unsigned, other.arn), untrusted],
    ["signed by a profile that is not known", () => signedZip(unsigned, profile.arn.replace(/.{10}$/, "0000000000")), untrusted],
    ["whose signature has expired", () => signedZip(unsigned, profile.arn, Date.UTC(2020, 0)), /signature of the function or layer has expired\. Check/],
    ["whose signature was revoked", () => signedZip(unsigned, revoked.arn), /signature of the function or layer was revoked\. Check/],
  ])("a package %s", async (_, make, message) => {
    const zip = await make();
    const FunctionName = `untrusted-${(names += 1)}`;
    if (policy === "Enforce") {
      await expect(create(zip, policy, FunctionName)).rejects.toMatchObject({ ...refused(message), Type: "User" });
      await expect(create(zip, policy, FunctionName)).rejects.toThrow(new RegExp(`for ${FunctionName}\\.$`));
    } else {
      expect(await create(zip, policy, FunctionName)).toMatchObject({ FunctionName });
    }
  });
});

test("what a function runs goes on when it is given a configuration; its next package is judged, a dry run too", async () => {
  const FunctionName = "older";
  await createFunction(lambda, FunctionName, says("old"));
  await lambda.send(new PutFunctionCodeSigningConfigCommand({ FunctionName, CodeSigningConfigArn: configs.get("Enforce") }));
  expect(await invoke(lambda, FunctionName)).toMatchObject({ body: "old" });
  const update = (ZipFile: Buffer, DryRun = false) => lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile, DryRun }));
  for (const dryRun of [true, false]) await expect(update(unsigned, dryRun)).rejects.toMatchObject(refused(untrusted));
  await expect(update(unsigned)).rejects.toThrow(`for ${arnOf(FunctionName)}.`);
  expect(await invoke(lambda, FunctionName)).toMatchObject({ body: "old" });
  await update(await signedZip(unsigned, profile.arn), true);
  await lambda.send(new DeleteFunctionCodeSigningConfigCommand({ FunctionName }));
  await update(unsigned);
  await waitUntilUpdated(lambda, FunctionName);
  expect(await invoke(lambda, FunctionName)).toMatchObject({ body: "signed" });
});

test("profiles, configurations and who has them are as they were after a restart", async () => {
  const data = temporaryFolder("signing");
  const start = () => startTestLambent({ memory: "false", dataDirectory: data, logLevel: "error" });
  const FunctionName = "kept";
  const before = await (async () => {
    await using first = await start();
    const kept = await registerProfile(first.endpoint, "kept");
    const CodeSigningConfigArn = await createConfig(first.lambda, [kept], "Enforce");
    await createFunction(first.lambda, FunctionName, {}, { Code: { ZipFile: await signedZip(unsigned, kept.arn) }, CodeSigningConfigArn });
    return { kept, CodeSigningConfigArn };
  })();
  await using second = await start();
  expect(await second.lambda.send(new GetFunctionCodeSigningConfigCommand({ FunctionName }))).toMatchObject({ CodeSigningConfigArn: before.CodeSigningConfigArn });
  const update = (ZipFile: Buffer) => second.lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile }));
  await expect(update(unsigned)).rejects.toMatchObject(refused(untrusted));
  await update(await signedZip(await zipOf(says("again"), 0o100755), before.kept.arn));
  await waitUntilUpdated(second.lambda, FunctionName);
  expect(await invoke(second.lambda, FunctionName)).toMatchObject({ body: "again" });
  const CodeSigningPolicies = { UntrustedArtifactOnDeployment: "Warn" } as const;
  await second.lambda.send(new UpdateCodeSigningConfigCommand({ CodeSigningConfigArn: before.CodeSigningConfigArn, CodeSigningPolicies }));
  expect(await update(unsigned)).toMatchObject({ FunctionName });
});
