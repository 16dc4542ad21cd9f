// TagResource, UntagResource and ListTags: control-plane.md, section 7.
import { describe, expect, test } from "vitest";
import { tags } from "../../../functions/documents.ts";
import { functionArn, openLambdaRoom, role } from "../../../../test/harness/lambda-room.ts";

const Resource = functionArn("f");

test("tags are added, replaced, listed and taken away, and the RevisionId stays", async () => {
  await using room = await openLambdaRoom();
  await room.create("f", { Tags: { a: "1", b: "2" } });
  const { RevisionId } = await room.call("GetFunctionConfiguration", { FunctionName: "f" });
  await room.call("TagResource", { Resource, Tags: { b: "3", c: "4" } });
  expect(await room.call("ListTags", { Resource })).toEqual({ Tags: { a: "1", b: "3", c: "4" } });
  await room.call("UntagResource", { Resource, TagKeys: ["a", "c", "never"] });
  expect(await room.call("ListTags", { Resource })).toEqual({ Tags: { b: "3" } });
  await room.call("UntagResource", { Resource, TagKeys: ["b"] });
  expect(await room.call("ListTags", { Resource })).toEqual({ Tags: {} });
  expect(await room.call("GetFunctionConfiguration", { FunctionName: "f" })).toMatchObject({ RevisionId });
});

test.each(["f", "c"])("tags that two processes give %s at once are all kept", async (name) => {
  await using room = await openLambdaRoom();
  await using other = await openLambdaRoom({ store: room.store, firstId: 1_000_000 });
  await room.create("f");
  const VpcConfig = { SubnetIds: ["subnet-1"], SecurityGroupIds: ["sg-1"] };
  const PermissionsConfig = { CapacityProviderOperatorRoleArn: role };
  await room.call("CreateCapacityProvider", { CapacityProviderName: "c", VpcConfig, PermissionsConfig });
  const arn = name === "f" ? Resource : Resource.replace("function:f", "capacity-provider:c");
  room.beforeNextCommit(() => other.call("TagResource", { Resource: arn, Tags: { a: "1" } }));
  await room.call("TagResource", { Resource: arn, Tags: { b: "2" } });
  expect(await room.call("ListTags", { Resource: arn })).toEqual({ Tags: { a: "1", b: "2" } });
});

test("a key that is special to JavaScript is a key like any other", async () => {
  await using room = await openLambdaRoom();
  const Tags: Record<string, string> = JSON.parse('{"__proto__":"1","constructor":"2"}');
  await room.create("f", { Tags });
  await room.call("TagResource", { Resource, Tags: { a: "3" } });
  const listed = await room.call("ListTags", { Resource });
  expect(Object.entries(listed.Tags ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1))).toEqual([
    ["__proto__", "1"],
    ["a", "3"],
    ["constructor", "2"],
  ]);
});

test("a function that is created again has none of its predecessor's tags", async () => {
  await using room = await openLambdaRoom();
  await room.create("f", { Tags: { a: "1" } });
  await room.call("DeleteFunction", { FunctionName: "f" });
  await room.create("f");
  expect(await room.call("ListTags", { Resource })).toEqual({ Tags: {} });
});

test("what two processes tag at once stays, both", async () => {
  await using room = await openLambdaRoom();
  await using other = await openLambdaRoom({ store: room.store, firstId: 1_000_000 });
  await room.create("f");
  room.beforeNextCommit(() => other.call("TagResource", { Resource, Tags: { a: "1" } }));
  await room.call("TagResource", { Resource, Tags: { b: "2" } });
  room.beforeNextCommit(() => other.call("TagResource", { Resource, Tags: { c: "3" } }));
  await room.call("UntagResource", { Resource, TagKeys: ["a"] });
  expect(await room.call("ListTags", { Resource })).toEqual({ Tags: { b: "2", c: "3" } });
});

test("a resource that another process deletes just then keeps no tags behind", async () => {
  await using room = await openLambdaRoom();
  await using other = await openLambdaRoom({ store: room.store, firstId: 1_000_000 });
  const AllowedPublishers = { SigningProfileVersionArns: ["arn:aws:signer:eu-west-1:000000000000:/signing-profiles/p/v"] };
  const { CodeSigningConfig } = await room.call("CreateCodeSigningConfig", { AllowedPublishers });
  const { CodeSigningConfigArn = "" } = CodeSigningConfig ?? {};
  room.beforeNextCommit(() => other.call("DeleteCodeSigningConfig", { CodeSigningConfigArn }));
  await expect(room.call("TagResource", { Resource: CodeSigningConfigArn, Tags: { a: "1" } })).rejects.toMatchObject({ status: 404 });
  expect(await room.functions.repository.scan(room.context, tags)).toEqual([]);
});

describe("refused", () => {
  const many = Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`k${n}`, "v"]));
  const other = (resource: string): string => `arn:aws:lambda:eu-west-1:000000000000:${resource}`;
  const tag = { a: "1" };
  test.each([
    ["a 51st tag", Resource, many, "Number of tags exceeds resource tag limit."],
    ["no tags", Resource, {}, "An error occurred and the request cannot be processed."],
    [
      "an alias or version",
      functionArn("f", "1"),
      tag,
      "Tags on function aliases and versions are not supported. Please specify a function ARN.",
    ],
    ["a missing function", functionArn("g"), tag, `Function not found: ${functionArn("g")}`],
    [
      "a missing mapping",
      other("event-source-mapping:u"),
      tag,
      `Event source mapping not found: ${other("event-source-mapping:u")}`,
    ],
    [
      "a missing capacity provider",
      other("capacity-provider:c"),
      tag,
      `Capacity provider not found: ${other("capacity-provider:c")}`,
    ],
    [
      "a missing code signing configuration",
      other("code-signing-config:csc-1"),
      tag,
      `The Lambda code signing configuration ${other("code-signing-config:csc-1")} can not be found.`,
    ],
  ])("%s", async (what, resource, Tags, message) => {
    await using room = await openLambdaRoom();
    await room.create("f", { Tags: { first: "1" } });
    const status = what.includes("missing") ? 404 : 400;
    await expect(room.call("TagResource", { Resource: resource, Tags })).rejects.toMatchObject({ status, message });
    expect(await room.call("ListTags", { Resource })).toEqual({ Tags: { first: "1" } });
  });
});
