// AddPermission, RemovePermission and GetPolicy: invoke-api.md, section 7, and control-plane.md, section 7.
import { describe, expect, test } from "vitest";
import { functionArn, openLambdaRoom, role, zip, type LambdaRoom } from "../../../../test/harness/lambda-room.ts";
import type { Region } from "../../../core/context.ts";
import type { LambdaInput } from "../api.ts";

type Permission = LambdaInput<"AddPermission">;

async function openRoom(): Promise<LambdaRoom> {
  const room = await openLambdaRoom();
  await room.create("f", { Publish: true });
  await room.call("CreateAlias", { FunctionName: "f", Name: "prod", FunctionVersion: "1" });
  return room;
}

const permission = (more: Partial<Permission> = {}): Permission => ({
  FunctionName: "f",
  StatementId: "s",
  Action: "lambda:InvokeFunction",
  Principal: "s3.amazonaws.com",
  ...more,
});

const policyOf = async (room: LambdaRoom, Qualifier?: string) => {
  const { Policy, RevisionId } = await room.call("GetPolicy", { FunctionName: "f", Qualifier });
  return { policy: JSON.parse(Policy ?? "") as { Statement: { Sid: string; Resource: string }[] }, RevisionId };
};

test("an account is named in the partition of the region, in policies of functions and of layers", async () => {
  const room = await openLambdaRoom();
  const there = { region: "cn-north-1" as Region };
  const Code = { ZipFile: zip("f") };
  await room.call("CreateFunction", { FunctionName: "f", Runtime: "nodejs24.x", Handler: "index.handler", Role: role, Code }, there);
  await room.call("PublishLayerVersion", { LayerName: "l", Content: Code }, there);
  const answers = [
    await room.call("AddPermission", permission({ Principal: "123456789012" }), there),
    await room.call("AddLayerVersionPermission", { LayerName: "l", VersionNumber: 1, StatementId: "s", Action: "lambda:GetLayerVersion", Principal: "123456789012" }, there),
  ];
  for (const { Statement } of answers) expect(JSON.parse(Statement ?? "")).toMatchObject({ Principal: { AWS: "arn:aws-cn:iam::123456789012:root" } });
});

describe("a permission becomes a statement", () => {
  const head = '{"Sid":"s","Effect":"Allow","Principal":';
  const tail = `,"Action":"lambda:InvokeFunction","Resource":"${functionArn("f")}"`;
  const user = "arn:aws:iam::123456789012:user/u";
  test.each<[string, Partial<Permission>, string]>([
    ["for a service", {}, `${head}{"Service":"s3.amazonaws.com"}${tail}}`],
    ["for an account", { Principal: "123456789012" }, `${head}{"AWS":"arn:aws:iam::123456789012:root"}${tail}}`],
    ["for a user", { Principal: user }, `${head}{"AWS":"${user}"}${tail}}`],
    ["for everybody", { Principal: "*" }, `${head}"*"${tail}}`],
    ["for Alexa with a token", { Principal: "alexa-connectedhome.amazon.com", EventSourceToken: "t" }, `${head}"*"${tail},"Condition":{"StringEquals":{"lambda:EventSourceToken":"t"}}}`],
    ["for Alexa without one", { Principal: "alexa-appkit.amazon.com" }, `${head}{"Service":"alexa-appkit.amazon.com"}${tail}}`],
    [
      "from a source",
      { SourceArn: "arn:aws:s3:::b", SourceAccount: "123456789012" },
      `${head}{"Service":"s3.amazonaws.com"}${tail},"Condition":{"StringEquals":{"AWS:SourceAccount":"123456789012"},"ArnLike":{"AWS:SourceArn":"arn:aws:s3:::b"}}}`,
    ],
    ["for an organization", { Principal: "*", PrincipalOrgID: "o-1234567890" }, `${head}"*"${tail},"Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-1234567890"}}}`],
    ["through a URL", { Principal: "*", InvokedViaFunctionUrl: true }, `${head}"*"${tail},"Condition":{"Bool":{"lambda:InvokedViaFunctionUrl":"true"}}}`],
    [
      "for a URL",
      { Principal: "*", Action: "lambda:InvokeFunctionUrl", FunctionUrlAuthType: "NONE" },
      `${head}"*","Action":"lambda:InvokeFunctionUrl","Resource":"${functionArn("f")}","Condition":{"StringEquals":{"lambda:FunctionUrlAuthType":"NONE"}}}`,
    ],
    ["for an alias", { Qualifier: "prod" }, `${head}{"Service":"s3.amazonaws.com"},"Action":"lambda:InvokeFunction","Resource":"${functionArn("f", "prod")}"}`],
    ["for a version", { FunctionName: "f:1" }, `${head}{"Service":"s3.amazonaws.com"},"Action":"lambda:InvokeFunction","Resource":"${functionArn("f", "1")}"}`],
  ])("%s", async (_, more, statement) => {
    await using room = await openRoom();
    expect(await room.call("AddPermission", permission(more))).toEqual({ Statement: statement });
    const { Policy } = await room.call("GetPolicy", { FunctionName: more.FunctionName ?? "f", Qualifier: more.Qualifier });
    expect(Policy).toBe(`{"Version":"2012-10-17","Id":"default","Statement":[${statement}]}`);
  });
});

test("function, versions and aliases have policies of their own, in order of creation", async () => {
  await using room = await openRoom();
  for (const Qualifier of [undefined, "1", "prod"])
    for (const StatementId of ["b", "a"]) await room.call("AddPermission", permission({ Qualifier, StatementId }));
  const policies = await Promise.all([undefined, "1", "prod"].map((qualifier) => policyOf(room, qualifier)));
  expect(policies.map(({ policy }) => policy.Statement.map(({ Sid, Resource }) => [Sid, Resource]))).toEqual(
    [undefined, "1", "prod"].map((qualifier) => ["b", "a"].map((sid) => [sid, functionArn("f", qualifier)])),
  );
  expect(new Set(policies.map(({ RevisionId }) => RevisionId)).size).toBe(3);
  await room.call("RemovePermission", { FunctionName: "f", StatementId: "b" });
  expect((await policyOf(room)).policy.Statement).toHaveLength(1);
  expect((await policyOf(room, "1")).policy.Statement).toHaveLength(2);
});

test("a policy has a RevisionId of its own, and leaves that of its function alone", async () => {
  await using room = await openRoom();
  const ofFunction = async () => (await room.call("GetFunctionConfiguration", { FunctionName: "f" })).RevisionId;
  const before = await ofFunction();
  await room.call("AddPermission", permission());
  const { RevisionId } = await policyOf(room);
  expect(await ofFunction()).toBe(before);
  expect(RevisionId).not.toBe(before);
  await expect(room.call("AddPermission", permission({ StatementId: "t", RevisionId: before }))).rejects.toMatchObject({
    code: "PreconditionFailedException",
    status: 412,
    message: "The Revision Id provided does not match the latest Revision Id. Call the GetPolicy API to retrieve the latest Revision Id",
  });
  await room.call("AddPermission", permission({ StatementId: "t", RevisionId }));
  const later = await policyOf(room);
  expect(later.RevisionId).not.toBe(RevisionId);
  await expect(room.call("RemovePermission", { FunctionName: "f", StatementId: "t", RevisionId })).rejects.toMatchObject({ status: 412 });
  await room.call("RemovePermission", { FunctionName: "f", StatementId: "t", RevisionId: later.RevisionId });
});

test("for the first statement on an alias the RevisionId of the alias passes", async () => {
  await using room = await openRoom();
  const { RevisionId } = await room.call("GetAlias", { FunctionName: "f", Name: "prod" });
  await expect(room.call("AddPermission", permission({ Qualifier: "prod", RevisionId: "x" }))).rejects.toMatchObject({ status: 412 });
  await room.call("AddPermission", permission({ Qualifier: "prod", RevisionId }));
  await expect(room.call("AddPermission", permission({ Qualifier: "prod", StatementId: "t", RevisionId }))).rejects.toMatchObject({ status: 412 });
});

describe("AddPermission refuses", () => {
  test.each<[string, Partial<Permission>, object]>([
    ["$LATEST", { Qualifier: "$LATEST" }, { status: 400, code: "InvalidParameterValueException", message: "We currently do not support adding policies for $LATEST." }],
    ["a principal that is none", { Principal: "somebody" }, { status: 400, message: "The provided principal was invalid. Please check the principal and try again." }],
    ["half an ARN", { Principal: "arn:aws:iam::123:user/u" }, { status: 400, message: expect.stringContaining("principal was invalid") }],
    ["a pattern of roles", { Principal: "arn:aws:iam::123456789012:role/*" }, { status: 400, message: expect.stringContaining("principal was invalid") }],
    ["a source with half a policy variable", { SourceArn: "arn:aws:s3:::b/${" }, { status: 400, message: expect.stringContaining("policy variable") }],
    ["a service outside of AWS", { Principal: "s3.example.com" }, { status: 400, message: expect.stringContaining("principal was invalid") }],
    ["a URL's authentication for another action", { FunctionUrlAuthType: "NONE" }, { status: 400, message: "FunctionUrlAuthType is only supported for lambda:InvokeFunctionUrl action" }],
    ["a function that is missing", { FunctionName: "g" }, { status: 404, message: `Function not found: ${functionArn("g")}` }],
    ["an alias that is missing", { Qualifier: "none" }, { status: 404, message: `Cannot find alias arn: ${functionArn("f", "none")}` }],
    ["a version that is missing", { Qualifier: "7" }, { status: 404, message: `Function not found: ${functionArn("f", "7")}` }],
  ])("%s", async (_, more, refusal) => {
    await using room = await openRoom();
    await expect(room.call("AddPermission", permission(more))).rejects.toMatchObject(refusal);
    await expect(room.call("GetPolicy", { FunctionName: "f" })).rejects.toMatchObject({ status: 404 });
  });

  test("a statement id twice, and more than 20 KB", async () => {
    await using room = await openRoom();
    await room.call("AddPermission", permission({ StatementId: "s3" }));
    await expect(room.call("AddPermission", permission({ StatementId: "s3" }))).rejects.toMatchObject({
      status: 409,
      code: "ResourceConflictException",
      message: "The statement id (s3) provided already exists. Please provide a new statement id, or remove the existing statement.",
    });
    const long = permission({ StatementId: "long", SourceArn: `arn:aws:s3:::${"b".repeat(9985)}` });
    await room.call("AddPermission", long);
    await expect(room.call("AddPermission", { ...long, StatementId: "longer" })).rejects.toMatchObject({ status: 400, code: "PolicyLengthExceededException" });
    expect((await policyOf(room)).policy.Statement).toHaveLength(2);
  });
});

test("what is not there cannot be read or removed, in AWS's words for each", async () => {
  await using room = await openRoom();
  const remove = (FunctionName: string, StatementId = "s") => room.call("RemovePermission", { FunctionName, StatementId });
  await expect(remove("g")).rejects.toMatchObject({ status: 404, message: `No policy found for: ${functionArn("g")}` });
  await expect(remove("f")).rejects.toMatchObject({ status: 404, message: "No policy is associated with the given resource." });
  await expect(room.call("GetPolicy", { FunctionName: "f" })).rejects.toMatchObject({ status: 404, message: "The resource you requested does not exist." });
  await expect(room.call("GetPolicy", { FunctionName: "f", Qualifier: "none" })).rejects.toMatchObject({ status: 404, message: `Cannot find alias arn: ${functionArn("f", "none")}` });
  await expect(room.call("GetPolicy", { FunctionName: "g" })).rejects.toMatchObject({ status: 404, message: `Function not found: ${functionArn("g")}` });
  await room.call("AddPermission", permission());
  await expect(remove("f", "X")).rejects.toMatchObject({ status: 404, message: "Statement X is not found in resource policy." });
  await remove("f");
  await expect(room.call("GetPolicy", { FunctionName: "f" })).rejects.toMatchObject({ status: 404 });
});

test("a policy goes with its alias, its version and its function", async () => {
  await using room = await openRoom();
  for (const Qualifier of [undefined, "1", "prod"]) await room.call("AddPermission", permission({ Qualifier }));
  await room.call("DeleteAlias", { FunctionName: "f", Name: "prod" });
  await room.call("CreateAlias", { FunctionName: "f", Name: "prod", FunctionVersion: "$LATEST" });
  await expect(policyOf(room, "prod")).rejects.toMatchObject({ status: 404 });
  await room.call("DeleteFunction", { FunctionName: "f", Qualifier: "1" });
  await expect(policyOf(room, "1")).rejects.toMatchObject({ status: 404 });
  await policyOf(room);
  await room.call("DeleteFunction", { FunctionName: "f" });
  await room.create("f");
  await expect(policyOf(room)).rejects.toMatchObject({ status: 404 });
});

test("permissions that are added at once are all kept", async () => {
  await using room = await openRoom();
  const ids = Array.from({ length: 12 }, (_, n) => `s${n}`);
  await Promise.all(ids.map((StatementId) => room.call("AddPermission", permission({ StatementId }))));
  expect((await policyOf(room)).policy.Statement.map(({ Sid }) => Sid).toSorted()).toEqual(ids.toSorted());
});
