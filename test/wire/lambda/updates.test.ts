// UpdateFunctionCode and UpdateFunctionConfiguration through the official client.
import { createHash } from "node:crypto";
import {
  GetFunctionCommand,
  GetFunctionConfigurationCommand,
  type LambdaClient,
  PublishVersionCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateFunctionCodeCommand,
  type UpdateFunctionCodeCommandInput,
  UpdateFunctionConfigurationCommand,
  type UpdateFunctionConfigurationCommandInput,
} from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { zipOf } from "../../../src/cli/zip.ts";
import { arnOf, Gate, gated, invoke, refusal, says, uuid, waitUntilUpdated } from "../../harness/functions.ts";
import { createFunction, startTestLambent, type TestLambent } from "../../harness/lambent.ts";

let lambent: TestLambent;
let lambda: LambdaClient;
beforeAll(async () => {
  lambent = await startTestLambent();
  ({ lambda } = lambent);
});
afterAll(() => lambent[Symbol.asyncDispose]());

const staleRevision = "00000000-0000-4000-8000-000000000000";
const stale = refusal(
  412,
  "PreconditionFailedException",
  "The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id",
);
const configurationOf = async (FunctionName: string) => {
  const { $metadata: _, ...output } = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
  return output;
};
const updateCode = async (FunctionName: string, word: string, more: Partial<UpdateFunctionCodeCommandInput> = {}) =>
  lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile: await zipOf(says(word)), ...more }));
const updateConfiguration = (FunctionName: string, settings: Omit<UpdateFunctionConfigurationCommandInput, "FunctionName">) =>
  lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, ...settings }));

describe("UpdateFunctionCode", () => {
  const FunctionName = "code";
  beforeAll(() => createFunction(lambda, FunctionName, says("first")));

  test("is answered InProgress, and Successful a moment later, each under a new RevisionId", async () => {
    const before = await configurationOf(FunctionName);
    const zip = await zipOf(says("second"));
    const { $metadata, ...update } = await lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile: zip }));
    expect($metadata.httpStatusCode).toBe(200);
    expect(update).toStrictEqual({
      ...before,
      CodeSize: zip.byteLength,
      CodeSha256: createHash("sha256").update(zip).digest("base64"),
      LastModified: expect.any(String),
      RevisionId: expect.stringMatching(uuid),
      LastUpdateStatus: "InProgress",
      LastUpdateStatusReason: "The function is being created.",
      LastUpdateStatusReasonCode: "Creating",
    });
    await waitUntilUpdated(lambda, FunctionName);
    const after = await configurationOf(FunctionName);
    expect(after).toMatchObject({ State: "Active", LastUpdateStatus: "Successful", CodeSha256: update.CodeSha256 });
    expect(after).not.toHaveProperty("LastUpdateStatusReason");
    expect(new Set([before.RevisionId, update.RevisionId, after.RevisionId]).size).toBe(3);
    expect((await invoke(lambda, FunctionName)).body).toBe("second");
    const { Code } = await lambda.send(new GetFunctionCommand({ FunctionName }));
    expect(Buffer.from(await (await fetch(Code?.Location ?? "")).arrayBuffer()).equals(zip)).toBe(true);
  });

  test("with DryRun checks and changes nothing", async () => {
    const before = await configurationOf(FunctionName);
    await updateCode(FunctionName, "dry", { DryRun: true });
    expect(await configurationOf(FunctionName)).toEqual(before);
    await expect(lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile: Buffer.from("no zip"), DryRun: true }))).rejects.toMatchObject(
      refusal(400, "InvalidParameterValueException", /^Could not unzip uploaded file\./),
    );
  });

  test("with Publish answers with the new version, Pending", async () => {
    const update = await updateCode(FunctionName, "published", { Publish: true });
    expect(update).toMatchObject({ Version: "1", State: "Pending", FunctionArn: arnOf(FunctionName, "1") });
    await waitUntilUpdated(lambda, FunctionName);
  });

  test("takes the latest RevisionId and refuses an older one", async () => {
    await expect(updateCode(FunctionName, "never", { RevisionId: staleRevision })).rejects.toMatchObject({ ...stale, Type: "User" });
    const { RevisionId } = await configurationOf(FunctionName);
    await updateCode(FunctionName, "revised", { RevisionId });
    await waitUntilUpdated(lambda, FunctionName);
    expect((await invoke(lambda, FunctionName)).body).toBe("revised");
  });
});

describe("while an update is in progress", () => {
  const FunctionName = "replaced";
  const refused = refusal(
    409,
    "ResourceConflictException",
    `The operation cannot be performed at this time. An update is in progress for resource: ${arnOf(FunctionName)}`,
  );

  test("it can be seen, other changes are refused, invokes run the old code, and one that runs finishes on it", async () => {
    await using slow = await startTestLambent({ updateDelayMs: "1500" });
    await createFunction(slow.lambda, FunctionName, gated("old"));
    const gate = new Gate();
    const running = invoke(slow.lambda, FunctionName, { gate: gate.gate });
    await gate.isRunning();
    const third = await zipOf(says("third"));
    const before = Date.now();
    const update = await slow.lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile: await zipOf(says("new")) }));
    expect(update.LastUpdateStatus).toBe("InProgress");
    const outcomes = await Promise.allSettled([
      slow.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, Timeout: 9 })),
      slow.lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile: third })),
      slow.lambda.send(new PublishVersionCommand({ FunctionName })),
      slow.lambda.send(new TagResourceCommand({ Resource: arnOf(FunctionName), Tags: { a: "1" } })),
      slow.lambda.send(new UntagResourceCommand({ Resource: arnOf(FunctionName), TagKeys: ["a"] })),
    ]);
    for (const outcome of outcomes) expect(outcome).toMatchObject({ status: "rejected", reason: refused });
    expect(await slow.lambda.send(new GetFunctionConfigurationCommand({ FunctionName }))).toMatchObject({
      State: "Active",
      LastUpdateStatus: "InProgress",
      LastUpdateStatusReason: "The function is being created.",
      LastUpdateStatusReasonCode: "Creating",
      CodeSha256: update.CodeSha256,
    });
    expect((await invoke(slow.lambda, FunctionName)).body).toBe("old");
    await waitUntilUpdated(slow.lambda, FunctionName);
    expect(Date.now() - before).toBeGreaterThanOrEqual(1400);
    expect((await invoke(slow.lambda, FunctionName)).body).toBe("new");
    gate.open();
    expect(await running).toMatchObject({ body: "old", error: undefined });
  });
});

describe("UpdateFunctionConfiguration", () => {
  const FunctionName = "configuration";
  const source = "export const handler = async () => ({ AA: process.env.AA, BB: process.env.BB });\nexport const other = async () => 'other';";
  beforeAll(() =>
    createFunction(lambda, FunctionName, { "index.mjs": source }, { Description: "first", Timeout: 5, Environment: { Variables: { AA: "1", BB: "2" } } }),
  );

  test("changes what was sent and nothing else", async () => {
    const before = await configurationOf(FunctionName);
    const { $metadata, ...update } = await updateConfiguration(FunctionName, { Timeout: 6 });
    expect($metadata.httpStatusCode).toBe(200);
    expect(update).toMatchObject({ Timeout: 6, State: "Active", LastUpdateStatus: "InProgress", LastUpdateStatusReasonCode: "Creating" });
    await waitUntilUpdated(lambda, FunctionName);
    const { LastModified, RevisionId, ...rest } = before;
    const after = await configurationOf(FunctionName);
    expect(after).toMatchObject({ ...rest, Timeout: 6 });
    expect(after.RevisionId).not.toBe(RevisionId);
    expect(Date.parse(after.LastModified ?? "")).toBeGreaterThanOrEqual(Date.parse(LastModified ?? ""));
  });

  test("replaces Environment as a whole, for the next invoke too", async () => {
    expect((await invoke(lambda, FunctionName)).body).toEqual({ AA: "1", BB: "2" });
    await updateConfiguration(FunctionName, { Environment: { Variables: { AA: "one" } } });
    await waitUntilUpdated(lambda, FunctionName);
    expect((await configurationOf(FunctionName)).Environment).toEqual({ Variables: { AA: "one" } });
    expect((await invoke(lambda, FunctionName)).body).toEqual({ AA: "one" });
  });

  test("an update that changes nothing gives a new RevisionId all the same", async () => {
    const before = await configurationOf(FunctionName);
    const update = await updateConfiguration(FunctionName, {});
    await waitUntilUpdated(lambda, FunctionName);
    const after = await configurationOf(FunctionName);
    expect(new Set([before.RevisionId, update.RevisionId, after.RevisionId]).size).toBe(3);
  });

  test("empty subnet and group lists detach from no VPC, and are shown", async () => {
    await updateConfiguration(FunctionName, { VpcConfig: { SubnetIds: [], SecurityGroupIds: [] } });
    await waitUntilUpdated(lambda, FunctionName);
    expect((await configurationOf(FunctionName)).VpcConfig).toEqual({ SubnetIds: [], SecurityGroupIds: [], VpcId: "", Ipv6AllowedForDualStack: false });
  });

  test("points to another handler", async () => {
    await updateConfiguration(FunctionName, { Handler: "index.other" });
    await waitUntilUpdated(lambda, FunctionName);
    expect((await invoke(lambda, FunctionName)).body).toBe("other");
  });

  test("takes the latest RevisionId and refuses an older one", async () => {
    await expect(updateConfiguration(FunctionName, { RevisionId: staleRevision })).rejects.toMatchObject(stale);
    const { RevisionId } = await configurationOf(FunctionName);
    expect(await updateConfiguration(FunctionName, { RevisionId, Description: "" })).toMatchObject({ Description: "" });
    await waitUntilUpdated(lambda, FunctionName);
  });
});
