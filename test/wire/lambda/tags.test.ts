// TagResource, UntagResource and ListTags through the official client.
import {
  CreateCapacityProviderCommand,
  CreateCodeSigningConfigCommand,
  CreateEventSourceMappingCommand,
  GetFunctionCommand,
  type LambdaClient,
  ListTagsCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { arnOf, refusal, says } from "../../harness/functions.ts";
import { createFunction, startTestLambent, type TestLambent, testRole } from "../../harness/lambent.ts";

let lambent: TestLambent;
let lambda: LambdaClient;
beforeAll(async () => {
  lambent = await startTestLambent();
  ({ lambda } = lambent);
  await createFunction(lambda, "tagged", says("x"), { Tags: { first: "1" } });
});
afterAll(() => lambent[Symbol.asyncDispose]());

const Resource = arnOf("tagged");
const tag = (Tags: Record<string, string>, resource = Resource) => lambda.send(new TagResourceCommand({ Resource: resource, Tags }));
const untag = (TagKeys: string[], resource = Resource) => lambda.send(new UntagResourceCommand({ Resource: resource, TagKeys }));
const tagsOf = async (resource = Resource) => (await lambda.send(new ListTagsCommand({ Resource: resource }))).Tags;

test("tags are added, replaced and removed, whatever characters they have; the RevisionId stays", async () => {
  const before = await lambda.send(new GetFunctionCommand({ FunctionName: "tagged" }));
  const odd = { "a b": "1 2", "ä/+=:@": "_ü.-", empty: "" };
  expect((await tag({ ...odd, first: "one" })).$metadata.httpStatusCode).toBe(204);
  expect(await tagsOf()).toEqual({ ...odd, first: "one" });
  expect((await untag(["a b", "ä/+=:@", "not there"])).$metadata.httpStatusCode).toBe(204);
  expect(await tagsOf()).toEqual({ empty: "", first: "one" });

  const after = await lambda.send(new GetFunctionCommand({ FunctionName: "tagged" }));
  expect(after.Tags).toEqual({ empty: "", first: "one" });
  expect(after.Configuration?.RevisionId).toBe(before.Configuration?.RevisionId);
});

test("a function without tags has an empty map of them", async () => {
  await createFunction(lambda, "plain", says("x"));
  expect(await tagsOf(arnOf("plain"))).toEqual({});
  expect(await lambda.send(new GetFunctionCommand({ FunctionName: "plain" }))).not.toHaveProperty("Tags");
});

describe("what has tags beside functions", () => {
  const account = "arn:aws:lambda:us-east-1:000000000000";
  const kinds: readonly (readonly [kind: string, create: () => Promise<string | undefined>, missing: string, message: RegExp])[] = [
    [
      "an event source mapping",
      async () => {
        const EventSourceArn = "arn:aws:kinesis:us-east-1:000000000000:stream/s";
        const mapping = { FunctionName: "tagged", EventSourceArn, StartingPosition: "LATEST", Enabled: false } as const;
        return (await lambda.send(new CreateEventSourceMappingCommand(mapping))).EventSourceMappingArn;
      },
      `${account}:event-source-mapping:00000000-0000-4000-8000-000000000000`,
      /^Event source mapping not found: arn:/,
    ],
    [
      "a code signing configuration",
      async () => {
        const AllowedPublishers = { SigningProfileVersionArns: ["arn:aws:signer:us-east-1:000000000000:/signing-profiles/p/abcdefghij"] };
        return (await lambda.send(new CreateCodeSigningConfigCommand({ AllowedPublishers }))).CodeSigningConfig?.CodeSigningConfigArn;
      },
      `${account}:code-signing-config:csc-00000000000000000`,
      /code signing config/,
    ],
    [
      "a capacity provider",
      async () => {
        const provider = {
          CapacityProviderName: "tagged",
          VpcConfig: { SubnetIds: ["subnet-12345678"], SecurityGroupIds: ["sg-12345678"] },
          PermissionsConfig: { CapacityProviderOperatorRoleArn: testRole },
        };
        return (await lambda.send(new CreateCapacityProviderCommand(provider))).CapacityProvider?.CapacityProviderArn;
      },
      `${account}:capacity-provider:nobody`,
      /^Capacity provider not found: arn:/,
    ],
  ];

  test.each(kinds)("%s", async (...[, create, missing, message]) => {
    const arn = await create();
    expect((await tag({ a: "1", b: "2" }, arn)).$metadata.httpStatusCode).toBe(204);
    expect((await untag(["a"], arn)).$metadata.httpStatusCode).toBe(204);
    expect(await tagsOf(arn)).toEqual({ b: "2" });
    await expect(tag({}, arn)).rejects.toMatchObject(refusal(400, "InvalidParameterValueException", "An error occurred and the request cannot be processed."));
    const notFound = refusal(404, "ResourceNotFoundException", message);
    await expect(tag({ a: "1" }, missing)).rejects.toMatchObject(notFound);
    await expect(untag(["a"], missing)).rejects.toMatchObject(notFound);
    await expect(tagsOf(missing)).rejects.toMatchObject(notFound);
  });
});

describe("refuses", () => {
  const many = Object.fromEntries(Array.from({ length: 49 }, (_, n) => [`k${n}`, "v"]));

  test("more than 50 tags, those that are there included", async () => {
    await createFunction(lambda, "full", says("x"), { Tags: { a: "1", b: "2" } });
    await expect(tag(many, arnOf("full"))).rejects.toMatchObject(refusal(400, "InvalidParameterValueException", "Number of tags exceeds resource tag limit."));
    expect(await tagsOf(arnOf("full"))).toEqual({ a: "1", b: "2" });
  });

  test.each([
    ["no tags", {}, Resource, 400, "InvalidParameterValueException", "An error occurred and the request cannot be processed."],
    ["a version", { a: "1" }, `${Resource}:1`, 400, "InvalidParameterValueException", "Tags on function aliases and versions are not supported. Please specify a function ARN."],
    ["a function that is not there", { a: "1" }, arnOf("nobody"), 404, "ResourceNotFoundException", `Function not found: ${arnOf("nobody")}`],
    ["a name instead of an ARN", { a: "1" }, "tagged", 400, "ValidationException", /at 'resource' failed to satisfy constraint: Member must satisfy regular expression pattern: /],
    [
      "an event source mapping that is not there",
      { a: "1" },
      "arn:aws:lambda:us-east-1:000000000000:event-source-mapping:00000000-0000-4000-8000-000000000000",
      ...[404, "ResourceNotFoundException", /^Event source mapping not found: arn:/] as const,
    ],
  ] as const)("%s", async (...[, tags, resource, status, type, message]) => {
    await expect(tag({ ...tags }, resource)).rejects.toMatchObject(refusal(status, type, message));
  });

  test("to list or remove tags of what is not there, or to remove none", async () => {
    const notFound = refusal(404, "ResourceNotFoundException", `Function not found: ${arnOf("nobody")}`);
    await expect(tagsOf(arnOf("nobody"))).rejects.toMatchObject(notFound);
    await expect(untag(["a"], arnOf("nobody"))).rejects.toMatchObject(notFound);
    await expect(untag([])).rejects.toMatchObject(
      refusal(400, "ValidationException", "1 validation error detected: Value null at 'tagKeys' failed to satisfy constraint: Member must not be null"),
    );
  });
});
