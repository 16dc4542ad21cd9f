// Layers through the official client.
import {
  AddLayerVersionPermissionCommand,
  DeleteLayerVersionCommand,
  GetLayerVersionByArnCommand,
  GetLayerVersionCommand,
  GetLayerVersionPolicyCommand,
  type LambdaClient,
  ListLayersCommand,
  ListLayerVersionsCommand,
  paginateListLayerVersions,
  PublishLayerVersionCommand,
  RemoveLayerVersionPermissionCommand,
} from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, expect, test } from "vitest";
import { zipOf } from "../../../src/cli/zip.ts";
import { refusal } from "../../harness/functions.ts";
import { startTestLambent, type TestLambent } from "../../harness/lambent.ts";

let lambent: TestLambent;
let lambda: LambdaClient;
beforeAll(async () => {
  lambent = await startTestLambent();
  ({ lambda } = lambent);
});
afterAll(() => lambent[Symbol.asyncDispose]());

const publish = async (LayerName: string, files: Readonly<Record<string, string>>) =>
  lambda.send(new PublishLayerVersionCommand({ LayerName, Content: { ZipFile: await zipOf(files, 0o100755) } }));

test("a layer version is published, found, downloaded, listed and deleted", async () => {
  const ZipFile = await zipOf({ "nodejs/node_modules/one/index.js": "module.exports = 1;" });
  const LayerName = "life";
  const { $metadata, ...published } = await lambda.send(
    new PublishLayerVersionCommand({ LayerName, Content: { ZipFile }, CompatibleRuntimes: ["nodejs24.x"], LicenseInfo: "MIT" }),
  );
  expect($metadata.httpStatusCode).toBe(201);
  expect(published).toMatchObject({ Version: 1, Content: { CodeSize: ZipFile.length }, LicenseInfo: "MIT", CompatibleRuntimes: ["nodejs24.x"] });

  const { LayerArn, LayerVersionArn, Content } = published;
  const download = await fetch(Content?.Location ?? "");
  expect(Buffer.from(await download.arrayBuffer())).toEqual(ZipFile);
  for (const name of [LayerName, LayerArn]) {
    const found = await lambda.send(new GetLayerVersionCommand({ LayerName: name, VersionNumber: 1 }));
    expect(found).toMatchObject({ LayerVersionArn, Content: { CodeSha256: Content?.CodeSha256 } });
  }
  expect(await lambda.send(new GetLayerVersionByArnCommand({ Arn: LayerVersionArn }))).toMatchObject({ LayerArn, Version: 1 });
  expect((await lambda.send(new ListLayersCommand({}))).Layers).toMatchObject([{ LayerName, LayerArn, LatestMatchingVersion: { LayerVersionArn } }]);

  await publish(LayerName, { a: "" });
  const { LayerVersions } = await lambda.send(new ListLayerVersionsCommand({ LayerName }));
  expect(LayerVersions?.map(({ Version }) => Version)).toEqual([2, 1]);
  const deleted = await lambda.send(new DeleteLayerVersionCommand({ LayerName, VersionNumber: 1 }));
  expect(deleted.$metadata.httpStatusCode).toBe(204);
  await expect(lambda.send(new GetLayerVersionCommand({ LayerName, VersionNumber: 1 }))).rejects.toMatchObject(
    refusal(404, "ResourceNotFoundException", "The resource you requested does not exist."),
  );
});

test("a layer version is shared, and its policy shown and taken back", async () => {
  const { LayerVersionArn } = await publish("shared", { a: "" });
  const version = { LayerName: "shared", VersionNumber: 1 };
  const Action = "lambda:GetLayerVersion";
  const added = await lambda.send(new AddLayerVersionPermissionCommand({ ...version, StatementId: "all", Action, Principal: "*" }));
  expect(added.$metadata.httpStatusCode).toBe(201);
  const shown = await lambda.send(new GetLayerVersionPolicyCommand(version));
  expect(shown.RevisionId).toBe(added.RevisionId);
  expect(JSON.parse(shown.Policy ?? "")).toMatchObject({ Statement: [{ Sid: "all", Effect: "Allow", Principal: "*", Action, Resource: LayerVersionArn }] });
  const wrong = new RemoveLayerVersionPermissionCommand({ ...version, StatementId: "all", RevisionId: "no" });
  await expect(lambda.send(wrong)).rejects.toMatchObject(refusal(412, "PreconditionFailedException", /GetLayerPolicy API/));
  const removed = await lambda.send(new RemoveLayerVersionPermissionCommand({ ...version, StatementId: "all" }));
  expect(removed.$metadata.httpStatusCode).toBe(204);
  await expect(lambda.send(new GetLayerVersionPolicyCommand(version))).rejects.toMatchObject(
    refusal(404, "ResourceNotFoundException", "No policy is associated with the given resource."),
  );
});

test("pages of versions follow each other", async () => {
  for (let version = 1; version <= 5; version++) await publish("paged", { version: `${version}` });
  const seen: (number | undefined)[] = [];
  for await (const { LayerVersions } of paginateListLayerVersions({ client: lambda, pageSize: 2 }, { LayerName: "paged" }))
    seen.push(...(LayerVersions ?? []).map(({ Version }) => Version));
  expect(seen).toEqual([5, 4, 3, 2, 1]);
});

test("what is no zip, no number and no name is refused as by AWS", async () => {
  await expect(lambda.send(new PublishLayerVersionCommand({ LayerName: "x", Content: { ZipFile: Buffer.from("no zip") } }))).rejects.toMatchObject(
    refusal(400, "InvalidParameterValueException", "Could not unzip uploaded file. Please check your file, then try to upload again."),
  );
  await expect(lambda.send(new GetLayerVersionCommand({ LayerName: "x", VersionNumber: 0 }))).rejects.toMatchObject(
    refusal(400, "InvalidParameterValueException", "Layer Version Cannot be less than 1"),
  );
  await expect(lambda.send(new ListLayerVersionsCommand({ LayerName: "a b" }))).rejects.toMatchObject(refusal(400, "ValidationException", /at 'layerName'/));
  await expect(lambda.send(new ListLayersCommand({ CompatibleRuntime: "cobol" as "nodejs" }))).rejects.toMatchObject(
    refusal(400, "ValidationException", /Value 'cobol' at 'compatibleRuntime'.*Member must satisfy enum value set/),
  );
});
