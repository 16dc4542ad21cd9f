// AddLayerVersionPermission, GetLayerVersionPolicy and RemoveLayerVersionPermission, and what they let others do:
// control-plane.md, section 6.
import { describe, expect, test } from "vitest";
import { openLambdaRoom, role, zip, type LambdaRoom } from "../../../../test/harness/lambda-room.ts";
import type { AccountId } from "../../../core/context.ts";
import { layerPolicies } from "../../../functions/layers.ts";

const arn = "arn:aws:lambda:eu-west-1:000000000000:layer:l:1";
const version = { LayerName: "l", VersionNumber: 1 };
const permission = { ...version, StatementId: "s", Action: "lambda:GetLayerVersion", Principal: "*" };
const others = { account: "111111111111" as AccountId };

async function openRoom(): Promise<LambdaRoom> {
  const room = await openLambdaRoom();
  await room.call("PublishLayerVersion", { LayerName: "l", Content: { ZipFile: zip("l") } });
  return room;
}

test("statements are shown as AWS writes them, under a RevisionId of the policy's own", async () => {
  await using room = await openRoom();
  const first = await room.call("AddLayerVersionPermission", { ...permission, Principal: "111111111111" });
  const statement = { Sid: "s", Effect: "Allow", Principal: { AWS: "arn:aws:iam::111111111111:root" }, Action: "lambda:GetLayerVersion", Resource: arn };
  expect(JSON.parse(first.Statement ?? "")).toEqual(statement);
  const second = await room.call("AddLayerVersionPermission", { ...permission, StatementId: "org", OrganizationId: "o-abcdefghij", RevisionId: first.RevisionId });
  expect(second.RevisionId).not.toBe(first.RevisionId);
  const { Policy, RevisionId } = await room.call("GetLayerVersionPolicy", version);
  expect(RevisionId).toBe(second.RevisionId);
  expect(JSON.parse(Policy ?? "")).toEqual({
    Version: "2012-10-17",
    Id: "default",
    Statement: [
      statement,
      { ...statement, Sid: "org", Principal: "*", Condition: { StringEquals: { "aws:PrincipalOrgID": "o-abcdefghij" } } },
    ],
  });
  await room.call("RemoveLayerVersionPermission", { ...version, StatementId: "s", RevisionId });
  await room.call("RemoveLayerVersionPermission", { ...version, StatementId: "org" });
  await expect(room.call("GetLayerVersionPolicy", version)).rejects.toMatchObject({ message: "No policy is associated with the given resource." });
});

test("refuses in AWS's words", async () => {
  await using room = await openRoom();
  const missing = { code: "ResourceNotFoundException", message: "Layer version arn:aws:lambda:eu-west-1:000000000000:layer:l:2 does not exist." };
  await expect(room.call("AddLayerVersionPermission", { ...permission, VersionNumber: 2 })).rejects.toMatchObject(missing);
  await expect(room.call("GetLayerVersionPolicy", { ...version, VersionNumber: 2 })).rejects.toMatchObject(missing);
  await expect(room.call("GetLayerVersionPolicy", { ...version, VersionNumber: 0 })).rejects.toMatchObject({ status: 400, message: "Layer Version Cannot be less than 1" });
  await expect(room.call("RemoveLayerVersionPermission", { ...version, VersionNumber: 2, StatementId: "s" })).rejects.toMatchObject(missing);
  const stale = { code: "PreconditionFailedException", message: expect.stringMatching(/Call the GetLayerPolicy API to retrieve the latest Revision Id$/) };
  await expect(room.call("AddLayerVersionPermission", { ...permission, RevisionId: "old" })).rejects.toMatchObject(stale);
  await room.call("AddLayerVersionPermission", permission);
  await expect(room.call("AddLayerVersionPermission", permission)).rejects.toMatchObject({ code: "ResourceConflictException" });
  await expect(room.call("RemoveLayerVersionPermission", { ...version, StatementId: "s", RevisionId: "old" })).rejects.toMatchObject(stale);
  await expect(room.call("RemoveLayerVersionPermission", { ...version, StatementId: "x" })).rejects.toMatchObject({ message: "Statement x is not found in resource policy." });
  await expect(room.call("GetLayerVersionPolicy", { ...version, LayerName: arn.slice(0, -2) }, others)).rejects.toMatchObject({ code: "AccessDeniedException" });
});

test("a policy goes with its version, and permissions of versions that come and go at once are kept", async () => {
  await using room = await openRoom();
  await Promise.all(["a", "b", "c"].map((StatementId) => room.call("AddLayerVersionPermission", { ...permission, StatementId })));
  const { Policy } = await room.call("GetLayerVersionPolicy", version);
  expect(JSON.parse(Policy ?? "")).toMatchObject({ Statement: [{}, {}, {}] });
  await room.call("DeleteLayerVersion", version);
  const stored = await room.functions.repository.scan(room.id("l"), layerPolicies);
  expect(stored).toEqual([]);
});

describe("another account", () => {
  const use = (room: LambdaRoom, FunctionName: string, account = others.account) =>
    room.call(
      "CreateFunction",
      { FunctionName, Runtime: "nodejs24.x", Handler: "index.handler", Role: role, Code: { ZipFile: zip("f") }, Layers: [arn] },
      { account },
    );
  const denied = {
    code: "AccessDeniedException",
    status: 403,
    message:
      `User: arn:aws:iam::111111111111:root is not authorized to perform: lambda:GetLayerVersion on resource: ${arn} ` +
      "because no resource-based policy allows the lambda:GetLayerVersion action",
  };

  test.each(["*", "111111111111", "arn:aws:iam::111111111111:root"])("may have what the policy gives to %s, and keeps it afterwards", async (Principal) => {
    await using room = await openRoom();
    await expect(use(room, "f")).rejects.toMatchObject(denied);
    await expect(room.call("GetLayerVersionByArn", { Arn: arn }, others)).rejects.toMatchObject(denied);
    await room.call("AddLayerVersionPermission", { ...permission, Principal });
    expect(await use(room, "f")).toMatchObject({ Layers: [{ Arn: arn }] });
    expect(await room.call("GetLayerVersionByArn", { Arn: arn }, others)).toMatchObject({ LayerVersionArn: arn });
    await room.call("RemoveLayerVersionPermission", { ...version, StatementId: "s" });
    await expect(use(room, "g")).rejects.toMatchObject(denied);
    expect(await room.call("GetFunctionConfiguration", { FunctionName: "f" }, others)).toMatchObject({ Layers: [{ Arn: arn }] });
  });

  test("may not have what is given to a third, or to an organization", async () => {
    await using room = await openRoom();
    await room.call("AddLayerVersionPermission", { ...permission, Principal: "222222222222" });
    await room.call("AddLayerVersionPermission", { ...permission, StatementId: "org", OrganizationId: "o-abcdefghij" });
    await expect(use(room, "f")).rejects.toMatchObject(denied);
  });
});
