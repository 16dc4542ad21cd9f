// PublishVersion and ListVersionsByFunction, and versions through the other operations.
import {
  CreateAliasCommand,
  DeleteAliasCommand,
  DeleteFunctionCommand,
  GetFunctionCommand,
  GetFunctionConfigurationCommand,
  type LambdaClient,
  ListVersionsByFunctionCommand,
  PublishVersionCommand,
  type PublishVersionCommandInput,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
} from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { zipOf } from "../../../src/cli/zip.ts";
import { arnOf, invoke, refusal, says, waitUntilPublished, waitUntilUpdated } from "../../harness/functions.ts";
import { createFunction, startTestLambent, type TestLambent } from "../../harness/lambent.ts";

let lambent: TestLambent;
let lambda: LambdaClient;
beforeAll(async () => {
  lambent = await startTestLambent();
  ({ lambda } = lambent);
});
afterAll(() => lambent[Symbol.asyncDispose]());

const publish = (FunctionName: string, more: Partial<PublishVersionCommandInput> = {}) => lambda.send(new PublishVersionCommand({ FunctionName, ...more }));
const replaceCode = async (FunctionName: string, word: string): Promise<void> => {
  await lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile: await zipOf(says(word)) }));
  await waitUntilUpdated(lambda, FunctionName);
};

describe("PublishVersion", () => {
  const FunctionName = "published";
  beforeAll(() => createFunction(lambda, FunctionName, says("one"), { Description: "of the function" }));

  test("makes an immutable copy under the next number, Pending at first", async () => {
    const { $metadata, ...first } = await publish(FunctionName, { Description: "of the version" });
    expect($metadata.httpStatusCode).toBe(201);
    expect(first).toMatchObject({ Version: "1", FunctionArn: arnOf(FunctionName, "1"), Description: "of the version", State: "Pending", StateReasonCode: "Creating" });
    await waitUntilPublished(lambda, FunctionName, "1");

    await replaceCode(FunctionName, "two");
    expect(await publish(FunctionName)).toMatchObject({ Version: "2", Description: "of the function" });
    await waitUntilPublished(lambda, FunctionName, "2");
    await replaceCode(FunctionName, "three");

    for (const [qualifier, word] of [["1", "one"], ["2", "two"], ["$LATEST", "three"]] as const) {
      expect(await invoke(lambda, `${FunctionName}:${qualifier}`)).toMatchObject({ version: qualifier, body: word });
      expect(await invoke(lambda, FunctionName, {}, { Qualifier: qualifier })).toMatchObject({ version: qualifier, body: word });
    }
    const found = await lambda.send(new GetFunctionCommand({ FunctionName, Qualifier: "1" }));
    expect(found.Configuration).toMatchObject({ Version: "1", FunctionArn: arnOf(FunctionName, "1"), CodeSha256: first.CodeSha256, State: "Active" });
  });

  test("answers with the last version again when nothing has changed since", async () => {
    await createFunction(lambda, "unchanged", says("x"));
    const first = await publish("unchanged");
    await waitUntilPublished(lambda, "unchanged", "1");
    const stored = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName: "unchanged:1" }));
    const second = await publish("unchanged", { Description: "new words are no change" });
    expect(second).toMatchObject({ Version: "1", RevisionId: stored.RevisionId, Description: first.Description, $metadata: { httpStatusCode: 201 } });

    await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: "unchanged", Timeout: 4 }));
    await waitUntilUpdated(lambda, "unchanged");
    expect((await publish("unchanged")).Version).toBe("2");
  });

  test("gives $LATEST a new RevisionId", async () => {
    await createFunction(lambda, "revised", says("x"));
    const before = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName: "revised" }));
    await publish("revised", { RevisionId: before.RevisionId, CodeSha256: before.CodeSha256 });
    const after = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName: "revised" }));
    expect(after.RevisionId).not.toBe(before.RevisionId);
    await expect(publish("revised", { RevisionId: before.RevisionId })).rejects.toMatchObject(refusal(412, "PreconditionFailedException", /^The Revision Id provided/));
  });

  test("refuses another CodeSha256 than that of $LATEST", async () => {
    const { CodeSha256 } = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
    await expect(publish(FunctionName, { CodeSha256: "abc=" })).rejects.toMatchObject(
      refusal(
        400,
        "InvalidParameterValueException",
        `CodeSHA256 (abc=) is different from current CodeSHA256 in $LATEST (${CodeSha256}). Please try again with the CodeSHA256 in $LATEST.`,
      ),
    );
  });

  test("of a function that is not there is refused", async () => {
    await expect(publish("nobody")).rejects.toMatchObject(refusal(404, "ResourceNotFoundException", `Function not found: ${arnOf("nobody")}`));
  });

  test("two at once make one version", async () => {
    await createFunction(lambda, "twice", says("x"));
    const versions = await Promise.all([publish("twice"), publish("twice")]);
    expect(versions.map(({ Version }) => Version)).toEqual(["1", "1"]);
  });
});

describe("the versions of a function", () => {
  const FunctionName = "listed";
  beforeAll(async () => {
    await createFunction(lambda, FunctionName, says("1"), { Publish: true });
    for (const word of ["2", "3"]) {
      await replaceCode(FunctionName, word);
      await publish(FunctionName);
    }
  });
  const versionsOf = async (MaxItems?: number, Marker?: string) => {
    const { Versions, NextMarker } = await lambda.send(new ListVersionsByFunctionCommand({ FunctionName, MaxItems, Marker }));
    return { versions: Versions?.map(({ Version }) => Version), NextMarker };
  };

  test("are listed after $LATEST, oldest first, without states", async () => {
    expect(await versionsOf()).toEqual({ versions: ["$LATEST", "1", "2", "3"], NextMarker: undefined });
    const { Versions } = await lambda.send(new ListVersionsByFunctionCommand({ FunctionName }));
    expect(Versions?.map(({ FunctionArn }) => FunctionArn)).toEqual(["$LATEST", "1", "2", "3"].map((version) => arnOf(FunctionName, version)));
    for (const version of Versions ?? []) expect(version).not.toHaveProperty("State");
  });

  test("are listed in pages", async () => {
    const first = await versionsOf(3);
    expect(first.versions).toEqual(["$LATEST", "1", "2"]);
    expect(await versionsOf(3, first.NextMarker)).toEqual({ versions: ["3"], NextMarker: undefined });
  });

  test("of a function that is not there are not listed", async () => {
    await expect(lambda.send(new ListVersionsByFunctionCommand({ FunctionName: "nobody" }))).rejects.toMatchObject(
      refusal(404, "ResourceNotFoundException", `Function not found: ${arnOf("nobody")}`),
    );
  });

  test("can be deleted one by one, unless an alias uses them; $LATEST and aliases cannot", async () => {
    const remove = (Qualifier: string) => lambda.send(new DeleteFunctionCommand({ FunctionName, Qualifier }));
    await lambda.send(new CreateAliasCommand({ FunctionName, Name: "live", FunctionVersion: "2" }));
    await expect(remove("$LATEST")).rejects.toMatchObject(
      refusal(400, "InvalidParameterValueException", "$LATEST version cannot be deleted without deleting the function."),
    );
    await expect(remove("live")).rejects.toMatchObject(refusal(400, "InvalidParameterValueException", "Deletion of aliases is not currently supported."));
    await expect(remove("2")).rejects.toMatchObject(refusal(409, "ResourceConflictException", /live/));

    await lambda.send(new DeleteAliasCommand({ FunctionName, Name: "live" }));
    expect((await remove("2")).$metadata.httpStatusCode).toBe(204);
    expect((await versionsOf()).versions).toEqual(["$LATEST", "1", "3"]);
    await expect(invoke(lambda, `${FunctionName}:2`)).rejects.toMatchObject(
      refusal(404, "ResourceNotFoundException", `Function not found: ${arnOf(FunctionName, "2")}`),
    );
    // A number is never used again.
    await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, Timeout: 9 }));
    await waitUntilUpdated(lambda, FunctionName);
    expect((await publish(FunctionName)).Version).toBe("4");
  });
});
