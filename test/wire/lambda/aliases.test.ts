// Aliases and their weights through the official client.
import {
  CreateAliasCommand,
  type CreateAliasCommandInput,
  DeleteAliasCommand,
  GetAliasCommand,
  GetFunctionCommand,
  type LambdaClient,
  ListAliasesCommand,
  PublishVersionCommand,
  UpdateAliasCommand,
  type UpdateAliasCommandInput,
  UpdateFunctionCodeCommand,
} from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { zipOf } from "../../../src/cli/zip.ts";
import { arnOf, invoke, refusal, says, uuid, waitUntilPublished, waitUntilUpdated } from "../../harness/functions.ts";
import { createFunction, startTestLambent, type TestLambent } from "../../harness/lambent.ts";

const FunctionName = "two";

let lambent: TestLambent;
let lambda: LambdaClient;
beforeAll(async () => {
  lambent = await startTestLambent();
  ({ lambda } = lambent);
  await createFunction(lambda, FunctionName, says("one"), { Publish: true });
  await lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile: await zipOf(says("two")) }));
  await waitUntilUpdated(lambda, FunctionName);
  await lambda.send(new PublishVersionCommand({ FunctionName }));
  await Promise.all(["1", "2"].map((version) => waitUntilPublished(lambda, FunctionName, version)));
});
afterAll(() => lambent[Symbol.asyncDispose]());

const create = (Name: string, input: Partial<CreateAliasCommandInput> = {}) =>
  lambda.send(new CreateAliasCommand({ FunctionName, Name, FunctionVersion: "1", ...input }));
const update = (Name: string, input: Partial<UpdateAliasCommandInput>) => lambda.send(new UpdateAliasCommand({ FunctionName, Name, ...input }));
const weight = (version: string, share: number) => ({ AdditionalVersionWeights: { [version]: share } });

test("an alias is created, found, moved and deleted", async () => {
  const { $metadata, ...created } = await create("life", { Description: "first" });
  expect($metadata.httpStatusCode).toBe(201);
  expect(created).toStrictEqual({
    AliasArn: arnOf(FunctionName, "life"),
    Name: "life",
    FunctionVersion: "1",
    Description: "first",
    RevisionId: expect.stringMatching(uuid),
  });
  const { $metadata: _get, ...found } = await lambda.send(new GetAliasCommand({ FunctionName, Name: "life" }));
  expect(found).toStrictEqual(created);
  expect(await invoke(lambda, `${FunctionName}:life`)).toMatchObject({ version: "1", body: "one" });

  const { $metadata: put, ...moved } = await update("life", { FunctionVersion: "2", RevisionId: created.RevisionId });
  expect(put.httpStatusCode).toBe(200);
  expect(moved).toStrictEqual({ ...created, FunctionVersion: "2", RevisionId: expect.stringMatching(uuid) });
  expect(moved.RevisionId).not.toBe(created.RevisionId);
  expect(await invoke(lambda, FunctionName, {}, { Qualifier: "life" })).toMatchObject({ version: "2", body: "two" });
  await expect(update("life", { RevisionId: created.RevisionId })).rejects.toMatchObject(refusal(412, "PreconditionFailedException", /^The Revision Id provided/));

  const { Configuration } = await lambda.send(new GetFunctionCommand({ FunctionName, Qualifier: "life" }));
  expect(Configuration).toMatchObject({ FunctionArn: arnOf(FunctionName, "life"), Version: "2" });

  // Also when there is none any more.
  for (let time = 0; time < 2; time++) {
    expect((await lambda.send(new DeleteAliasCommand({ FunctionName, Name: "life" }))).$metadata.httpStatusCode).toBe(204);
  }
  await expect(invoke(lambda, `${FunctionName}:life`)).rejects.toMatchObject({ message: `Function not found: ${arnOf(FunctionName, "life")}` });
});

test("an alias may point to $LATEST, and the function is told the name it was called by", async () => {
  const source = "export const handler = async (_, context) => [context.invokedFunctionArn, context.functionVersion];";
  await createFunction(lambda, "named", { "index.mjs": source });
  await lambda.send(new CreateAliasCommand({ FunctionName: "named", Name: "newest", FunctionVersion: "$LATEST" }));
  expect((await invoke(lambda, "named:newest")).body).toEqual([arnOf("named", "newest"), "$LATEST"]);
  expect((await invoke(lambda, "named")).body).toEqual([arnOf("named"), "$LATEST"]);
});

describe("weights", () => {
  const versionsOf = async (alias: string, invokes: number): Promise<Record<string, number>> => {
    const answers = await Promise.all(Array.from({ length: invokes }, () => invoke(lambda, `${FunctionName}:${alias}`)));
    const counts: Record<string, number> = {};
    for (const { version, body } of answers) counts[`${version} ${String(body)}`] = (counts[`${version} ${String(body)}`] ?? 0) + 1;
    return counts;
  };

  test("of 1 and 0 send every invoke to one version", async () => {
    const created = await create("all", { RoutingConfig: weight("2", 1) });
    expect(created.RoutingConfig).toEqual(weight("2", 1));
    expect(await versionsOf("all", 8)).toEqual({ "2 two": 8 });
    await update("all", { RoutingConfig: weight("2", 0) });
    expect(await versionsOf("all", 8)).toEqual({ "1 one": 8 });
  });

  test("in between send each invoke to one of both", async () => {
    await create("some", { RoutingConfig: weight("2", 0.25) });
    const counts: Record<string, number> = { "1 one": 0, "2 two": 0 };
    for (let round = 0; round < 20; round++) for (const [which, count] of Object.entries(await versionsOf("some", 10))) counts[which] = (counts[which] ?? 0) + count;
    // 50 of 200 with a standard deviation of 6.1: outside of this once in ten million runs.
    expect(counts["2 two"]).toBeGreaterThan(16);
    expect(counts["2 two"]).toBeLessThan(84);
    expect((counts["1 one"] ?? 0) + (counts["2 two"] ?? 0)).toBe(200);
  });

  test("are kept by an update that does not speak of them, and taken away by an empty one", async () => {
    await create("kept", { RoutingConfig: weight("2", 0.5) });
    expect((await update("kept", { Description: "new" })).RoutingConfig).toEqual(weight("2", 0.5));
    expect(await update("kept", { RoutingConfig: {} })).not.toHaveProperty("RoutingConfig");
    expect(await versionsOf("kept", 4)).toEqual({ "1 one": 4 });
  });
});

test("aliases are listed by name, by version and in pages", async () => {
  await createFunction(lambda, "listed", says("x"), { Publish: true });
  for (const [Name, FunctionVersion] of [["c", "1"], ["a", "$LATEST"], ["b", "1"]] as const) {
    await lambda.send(new CreateAliasCommand({ FunctionName: "listed", Name, FunctionVersion }));
  }
  const list = async (input: { FunctionVersion?: string; MaxItems?: number; Marker?: string | undefined }) => {
    const { Aliases, NextMarker } = await lambda.send(new ListAliasesCommand({ FunctionName: "listed", ...input }));
    return { names: Aliases?.map(({ Name }) => Name), NextMarker };
  };
  expect(await list({})).toEqual({ names: ["a", "b", "c"], NextMarker: undefined });
  expect(await list({ FunctionVersion: "1" })).toEqual({ names: ["b", "c"], NextMarker: undefined });
  const first = await list({ MaxItems: 2 });
  expect(first.names).toEqual(["a", "b"]);
  expect(await list({ MaxItems: 2, Marker: first.NextMarker })).toEqual({ names: ["c"], NextMarker: undefined });
});

describe("refuses", () => {
  beforeAll(() => create("taken"));

  test.each<[string, string, Partial<CreateAliasCommandInput>, number, string, string | RegExp]>([
    ["a name that is taken", "taken", {}, 409, "ResourceConflictException", `Alias already exists: ${arnOf(FunctionName, "taken")}`],
    ["a version that is not there", "new", { FunctionVersion: "10" }, 404, "ResourceNotFoundException", `Function not found: ${arnOf(FunctionName, "10")}`],
    ["another function", "new", { FunctionName: "nobody" }, 404, "ResourceNotFoundException", `Function not found: ${arnOf("nobody")}`],
    [
      "two further versions",
      "new",
      { FunctionVersion: "1", RoutingConfig: { AdditionalVersionWeights: { "2": 0.1, "3": 0.1 } } },
      ...[400, "InvalidParameterValueException", "Number of items in AdditionalVersionWeights cannot be greater than 1"] as const,
    ],
    [
      "its own version as a further one",
      "new",
      { RoutingConfig: weight("1", 0.5) },
      ...[400, "InvalidParameterValueException", "Invalid function version 1. Function version 1 is already included in routing configuration."] as const,
    ],
    [
      "weights beside $LATEST",
      "new",
      { FunctionVersion: "$LATEST", RoutingConfig: weight("1", 0.5) },
      ...[400, "InvalidParameterValueException", "$LATEST is not supported for an alias pointing to more than 1 version"] as const,
    ],
    ["a name of digits", "123", {}, 400, "ValidationException", /at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: \(\?!\^\[0-9\]\+\$\)\(\[a-zA-Z0-9-_\]\+\)$/],
    ["a weight of 2", "new", { RoutingConfig: weight("2", 2) }, 400, "ValidationException", /Map value must satisfy constraint: \[Member must have value less than or equal to 1/],
    ["$LATEST as a further version", "new", { RoutingConfig: weight("$LATEST", 0.5) }, 400, "ValidationException", /Map keys must satisfy constraint: \[Member must/],
  ])("%s", async (...[, name, input, status, type, message]) => {
    await expect(create(name, input)).rejects.toMatchObject(refusal(status, type, message));
  });

  test("what is not there", async () => {
    const notFound = (message: string) => refusal(404, "ResourceNotFoundException", message);
    await expect(lambda.send(new GetAliasCommand({ FunctionName, Name: "none" }))).rejects.toMatchObject(notFound(`Cannot find alias arn: ${arnOf(FunctionName, "none")}`));
    await expect(update("none", { Description: "x" })).rejects.toMatchObject(notFound(`Alias not found: ${arnOf(FunctionName, "none")}`));
    await expect(lambda.send(new ListAliasesCommand({ FunctionName: "nobody" }))).rejects.toMatchObject(notFound(`Function not found: ${arnOf("nobody")}`));
  });
});
