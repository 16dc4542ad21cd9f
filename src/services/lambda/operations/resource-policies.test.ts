// PutResourcePolicy, GetResourcePolicy and DeleteResourcePolicy: control-plane.md, section 1.
import { describe, expect, test } from "vitest";
import { functionArn, openLambdaRoom, type LambdaRoom } from "../../../../test/harness/lambda-room.ts";

const arn = functionArn("f");
const statement = (more: object = {}) => ({ Sid: "s", Effect: "Allow", Principal: { AWS: "123456789012" }, Action: "lambda:InvokeFunction", Resource: arn, ...more });
const policy = (...statements: object[]): string => JSON.stringify({ Version: "2012-10-17", Statement: statements });

async function openRoom(): Promise<LambdaRoom> {
  const room = await openLambdaRoom();
  await room.create("f", { Publish: true });
  return room;
}

test("one policy, whether it is written as a whole or statement by statement", async () => {
  await using room = await openRoom();
  await room.call("AddPermission", { FunctionName: "f", StatementId: "old", Action: "*", Principal: "s3.amazonaws.com" });
  const first = await room.call("GetPolicy", { FunctionName: "f" });
  expect(await room.call("GetResourcePolicy", { ResourceArn: arn })).toEqual(first);

  const put = await room.call("PutResourcePolicy", { ResourceArn: arn, Policy: `  ${policy(statement())}\n`, RevisionId: first.RevisionId });
  expect(put.Policy).toBe(policy(statement()));
  expect(put.RevisionId).not.toBe(first.RevisionId);
  expect(await room.call("GetPolicy", { FunctionName: "f" })).toEqual(put);
  await expect(room.call("RemovePermission", { FunctionName: "f", StatementId: "old" })).rejects.toMatchObject({ status: 404 });

  await room.call("AddPermission", { FunctionName: "f", StatementId: "new", Action: "*", Principal: "s3.amazonaws.com" });
  expect((await room.call("GetResourcePolicy", { ResourceArn: arn })).Policy).toBe(
    policy(statement(), { Sid: "new", Effect: "Allow", Principal: { Service: "s3.amazonaws.com" }, Action: "*", Resource: arn }),
  );

  expect(await room.call("DeleteResourcePolicy", { ResourceArn: arn })).toEqual({});
  await expect(room.call("GetPolicy", { FunctionName: "f" })).rejects.toMatchObject({ status: 404, message: "The resource you requested does not exist." });
  await expect(room.call("DeleteResourcePolicy", { ResourceArn: arn })).rejects.toMatchObject({ status: 404, message: "No policy is associated with the given resource." });
});

test("one statement without a list, and no Sid, can be added to", async () => {
  await using room = await openRoom();
  const { Sid: _none, ...nameless } = statement();
  await room.call("PutResourcePolicy", { ResourceArn: arn, Policy: JSON.stringify({ Id: "mine", Statement: nameless }) });
  await room.call("AddPermission", { FunctionName: "f", StatementId: "new", Action: "*", Principal: "s3.amazonaws.com" });
  const { Policy } = await room.call("GetPolicy", { FunctionName: "f" });
  expect(JSON.parse(Policy ?? "")).toMatchObject({ Version: "2008-10-17", Id: "mine", Statement: [nameless, { Sid: "new" }] });
});

test("versions have their own", async () => {
  await using room = await openRoom();
  const ResourceArn = functionArn("f", "1");
  await room.call("PutResourcePolicy", { ResourceArn, Policy: policy(statement({ Resource: ResourceArn })) });
  expect((await room.call("GetPolicy", { FunctionName: "f:1" })).Policy).toContain(ResourceArn);
  await expect(room.call("GetResourcePolicy", { ResourceArn: arn })).rejects.toMatchObject({ status: 404 });
});

describe("PutResourcePolicy refuses", () => {
  test.each<[string, { readonly Policy?: string; readonly ResourceArn?: string; readonly RevisionId?: string }, object]>([
    ["what is no JSON", { Policy: "{" }, { code: "InvalidParameterValueException", status: 400, message: expect.stringContaining("is not JSON") }],
    ["what is no policy", { Policy: policy(statement({ Effect: "Maybe" })) }, { status: 400, message: "The provided policy is malformed. Statement[0].Effect: must be Allow or Deny" }],
    ["another resource", { Policy: policy(statement(), statement({ Sid: "t", Resource: functionArn("g") })) }, { status: 400, message: `The provided policy is malformed. t: Resource must be ${arn}` }],
    ["a pattern as a resource", { Policy: policy(statement({ Resource: `${arn}*` })) }, { status: 400, message: expect.stringContaining("Resource must be") }],
    ["NotResource", { Policy: policy(statement({ Resource: undefined, NotResource: functionArn("g") })) }, { status: 400, message: expect.stringContaining("Resource must be") }],
    ["a grant to everybody", { Policy: policy(statement({ Principal: "*" })) }, { code: "PublicPolicyException", status: 400 }],
    ["a policy for $LATEST", { ResourceArn: functionArn("f", "$LATEST") }, { status: 400, message: "We currently do not support adding policies for $LATEST." }],
    ["a function that is missing", { ResourceArn: functionArn("g"), Policy: policy(statement({ Resource: functionArn("g") })) }, { status: 404, message: `Function not found: ${functionArn("g")}` }],
    ["an alias that is missing", { ResourceArn: functionArn("f", "a"), Policy: policy(statement({ Resource: functionArn("f", "a") })) }, { status: 404, message: `Cannot find alias arn: ${functionArn("f", "a")}` }],
    ["a runtime of a customer, of which there is none", { ResourceArn: "arn:aws:lambda:eu-west-1:000000000000:runtime/r" }, { status: 404 }],
    ["more bytes than characters", { Policy: policy(statement({ Condition: { StringEquals: { "x:y": "é".repeat(12_000) } } })) }, { code: "PolicyLengthExceededException", status: 400 }],
    ["another revision", { RevisionId: "00000000-0000-4000-8000-000000009999" }, { code: "PreconditionFailedException", status: 412 }],
  ])("%s", async (_, more, refusal) => {
    await using room = await openRoom();
    await expect(room.call("PutResourcePolicy", { ResourceArn: arn, Policy: policy(statement()), ...more })).rejects.toMatchObject(refusal);
  });
});
