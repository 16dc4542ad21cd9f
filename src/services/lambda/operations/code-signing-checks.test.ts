// Which packages a code signing configuration lets through, of functions and layers, and what is logged of the others.
import { describe, expect, test } from "vitest";
import { functionArn, openLambdaRoom, zip, type LambdaRoom } from "../../../../test/harness/lambda-room.ts";
import { publicKey } from "../../../../test/harness/signing.ts";
import type { CodeSignature } from "../../../functions/function-version.ts";
import { signingProfiles } from "../../../functions/signing-profiles.ts";

const arn = "arn:aws:signer:eu-west-1:000000000000:/signing-profiles/mine/abcdefghij";
const jobArn = "arn:aws:signer:eu-west-1:000000000000:/signing-jobs/1";
const sound: CodeSignature = { kind: "sound", profileVersionArn: arn, jobArn, expiresAtMs: Date.UTC(2100, 0) };

/** What the packages that follow are found to be signed by. */
const carry = (room: LambdaRoom, signature: CodeSignature | undefined): object =>
  Object.assign(room.parts.code, {
    inspect: async () => ({ unzippedBytes: 1, isSigned: signature !== undefined }),
    readSignature: async () => signature,
  });

async function openRoom(policy: "Warn" | "Enforce"): Promise<{ room: LambdaRoom; CodeSigningConfigArn: string }> {
  const room = await openLambdaRoom();
  const profile = { name: "mine", version: "abcdefghij", publicKey, validityMonths: 1, createdMs: 0, revokedMs: undefined };
  await room.functions.repository.commit(room.context, [signingProfiles.put(arn, profile)]);
  const { CodeSigningConfig } = await room.call("CreateCodeSigningConfig", {
    AllowedPublishers: { SigningProfileVersionArns: [arn] },
    CodeSigningPolicies: { UntrustedArtifactOnDeployment: policy },
  });
  return { room, CodeSigningConfigArn: CodeSigningConfig?.CodeSigningConfigArn ?? "" };
}

async function publishLayer(room: LambdaRoom, LayerName: string): Promise<string> {
  const { LayerVersionArn = "" } = await room.call("PublishLayerVersion", { LayerName, Content: { ZipFile: zip(LayerName) } });
  return LayerVersionArn;
}

const notTrusted = "code-signature-not-trusted";

describe("a function with a configuration", () => {
  test("is deployed with a line in the log under Warn, once the deployment is written", async () => {
    const { room, CodeSigningConfigArn } = await openRoom("Warn");
    await using _ = room;
    await room.create("f", { CodeSigningConfigArn });
    expect(room.warnings).toEqual([notTrusted]);
    carry(room, sound);
    await room.call("UpdateFunctionCode", { FunctionName: "f", ZipFile: zip("2") });
    expect(room.warnings).toEqual([notTrusted]);
  });

  test("is named in the log, with the package and the reason", async () => {
    const { room, CodeSigningConfigArn } = await openRoom("Warn");
    await using _ = room;
    const logged: object[] = [];
    Object.assign(room.parts.log, { warn: (fields: object) => logged.push(fields) });
    for (const [name, signature] of Object.entries({
      unsigned: undefined,
      mismatch: { ...sound, profileVersionArn: arn.replace("mine", "other") },
      expired: { ...sound, expiresAtMs: room.clock.now() },
    })) {
      carry(room, signature);
      await room.create(name, { CodeSigningConfigArn });
    }
    const metric = "SignatureValidationErrors";
    const line = (reason: string): object => ({ function: functionArn(reason), package: reason, reason, metric, configuration: expect.stringMatching(/^csc-/) });
    expect(logged).toEqual([line("unsigned"), line("mismatch"), line("expired")]);
  });

  test("is not there when its package was refused", async () => {
    const { room, CodeSigningConfigArn } = await openRoom("Enforce");
    await using _ = room;
    await expect(room.create("f", { CodeSigningConfigArn })).rejects.toMatchObject({ code: "CodeVerificationFailedException" });
    expect(room.warnings).toEqual([notTrusted]);
    carry(room, { kind: "broken" });
    await expect(room.create("f", { CodeSigningConfigArn })).rejects.toMatchObject({ code: "InvalidCodeSignatureException" });
    expect(await room.functions.repository.find(room.id("f"))).toBeUndefined();
  });

  test("is judged by what it has when the package is written, not when it came", async () => {
    const { room, CodeSigningConfigArn } = await openRoom("Enforce");
    await using _ = room;
    await using other = await openLambdaRoom({ store: room.store, firstId: 1_000_000 });
    await room.create("f");
    const update = () => room.call("UpdateFunctionCode", { FunctionName: "f", ZipFile: zip("2") });
    room.beforeNextCommit(() => other.call("PutFunctionCodeSigningConfig", { FunctionName: "f", CodeSigningConfigArn }));
    await expect(update()).rejects.toMatchObject({ code: "CodeVerificationFailedException" });
    const warn = { CodeSigningConfigArn, CodeSigningPolicies: { UntrustedArtifactOnDeployment: "Warn" } } as const;
    await room.call("UpdateCodeSigningConfig", warn);
    const enforce = { CodeSigningConfigArn, CodeSigningPolicies: { UntrustedArtifactOnDeployment: "Enforce" } } as const;
    room.beforeNextCommit(() => other.call("UpdateCodeSigningConfig", enforce));
    await expect(update()).rejects.toMatchObject({ code: "CodeVerificationFailedException" });
  });

  test("does not take a signature of the past when its profile is revoked meanwhile", async () => {
    const { room, CodeSigningConfigArn } = await openRoom("Enforce");
    await using _ = room;
    carry(room, sound);
    await room.create("f", { CodeSigningConfigArn });
    room.beforeNextCommit(async () => {
      const stored = await room.functions.repository.get(room.context, signingProfiles, arn);
      if (stored === undefined) throw new TypeError("the profile is there");
      await room.functions.repository.commit(room.context, [signingProfiles.put(arn, { ...stored.record, revokedMs: 1 })]);
    });
    await expect(room.call("UpdateFunctionCode", { FunctionName: "f", ZipFile: zip("2") })).rejects.toMatchObject({
      message: expect.stringContaining("was revoked"),
    });
  });
});

describe("a layer", () => {
  test("that is not signed is published, and refused to a function that is created with it", async () => {
    const { room, CodeSigningConfigArn } = await openRoom("Enforce");
    await using _ = room;
    const layer = await publishLayer(room, "plain");
    carry(room, sound);
    await expect(room.create("f", { CodeSigningConfigArn, Layers: [layer] })).rejects.toMatchObject({
      code: "CodeVerificationFailedException",
      message: expect.stringContaining(`for ${layer}.`),
    });
    await room.create("f", { CodeSigningConfigArn, Layers: [await publishLayer(room, "signed")] });
  });

  test("is judged when it is added, not when it stays", async () => {
    const { room, CodeSigningConfigArn } = await openRoom("Enforce");
    await using _ = room;
    const FunctionName = "f";
    const [old, added] = [await publishLayer(room, "old"), await publishLayer(room, "added")];
    carry(room, sound);
    const signed = await publishLayer(room, "signed");
    carry(room, { kind: "broken" });
    const broken = await publishLayer(room, "broken");
    await room.create(FunctionName, { Layers: [old] });
    await room.call("PutFunctionCodeSigningConfig", { FunctionName, CodeSigningConfigArn });
    const update = (...Layers: string[]) => room.call("UpdateFunctionConfiguration", { FunctionName, Layers });
    await expect(update(old, added)).rejects.toMatchObject({ code: "CodeVerificationFailedException" });
    await expect(update(old, broken)).rejects.toMatchObject({ code: "InvalidCodeSignatureException" });
    expect(await update(old, signed)).toMatchObject({ FunctionName });
  });
});
