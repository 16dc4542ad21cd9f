// The configuration of function URLs through the official client.
import {
  CreateAliasCommand,
  CreateFunctionUrlConfigCommand,
  DeleteFunctionUrlConfigCommand,
  GetFunctionUrlConfigCommand,
  type LambdaClient,
  ListFunctionUrlConfigsCommand,
  paginateListFunctionUrlConfigs,
  UpdateFunctionUrlConfigCommand,
} from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { arnOf, refusal, says } from "../../harness/functions.ts";
import { createFunction, startTestLambent, type TestLambent } from "../../harness/lambent.ts";

const FunctionName = "reached";

let lambent: TestLambent;
let lambda: LambdaClient;
beforeAll(async () => {
  lambent = await startTestLambent();
  ({ lambda } = lambent);
  await createFunction(lambda, FunctionName, says("x"));
  await lambda.send(new CreateAliasCommand({ FunctionName, Name: "live", FunctionVersion: "$LATEST" }));
});
afterAll(() => lambent[Symbol.asyncDispose]());

const isoTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

test("a URL is created, read, changed and deleted", async () => {
  const Cors = { AllowCredentials: true, AllowHeaders: ["x-a"], AllowMethods: ["GET", "*"], AllowOrigins: ["https://a.example"], ExposeHeaders: ["x-b"], MaxAge: 60 };
  const { $metadata, ...created } = await lambda.send(new CreateFunctionUrlConfigCommand({ FunctionName, AuthType: "AWS_IAM", Cors }));
  expect($metadata.httpStatusCode).toBe(201);
  const { port } = new URL(lambent.endpoint);
  expect(created).toStrictEqual({
    FunctionUrl: expect.stringMatching(new RegExp(`^http://[0-9a-z]{32}\\.lambda-url\\.us-east-1\\.localhost:${port}/$`)),
    FunctionArn: arnOf(FunctionName),
    AuthType: "AWS_IAM",
    CreationTime: expect.stringMatching(isoTime),
    Cors,
  });
  const { $metadata: got, ...found } = await lambda.send(new GetFunctionUrlConfigCommand({ FunctionName }));
  expect(got.httpStatusCode).toBe(200);
  expect(found).toStrictEqual({ ...created, LastModifiedTime: expect.stringMatching(isoTime), InvokeMode: "BUFFERED" });

  await expect(lambda.send(new CreateFunctionUrlConfigCommand({ FunctionName, AuthType: "NONE" }))).rejects.toMatchObject(
    refusal(
      409,
      "ResourceConflictException",
      `Failed to create function url config for [functionArn = ${arnOf(FunctionName)}]. Error message:  FunctionUrlConfig exists for this Lambda function`,
    ),
  );
  const { $metadata: put, ...changed } = await lambda.send(new UpdateFunctionUrlConfigCommand({ FunctionName, AuthType: "NONE", InvokeMode: "RESPONSE_STREAM" }));
  expect(put.httpStatusCode).toBe(200);
  expect(changed).toStrictEqual({ ...found, AuthType: "NONE", InvokeMode: "RESPONSE_STREAM", LastModifiedTime: expect.stringMatching(isoTime) });

  expect((await lambda.send(new DeleteFunctionUrlConfigCommand({ FunctionName }))).$metadata.httpStatusCode).toBe(204);
  await expect(lambda.send(new GetFunctionUrlConfigCommand({ FunctionName }))).rejects.toMatchObject(
    refusal(404, "ResourceNotFoundException", "The resource you requested does not exist."),
  );
});

test("a function and its alias have a URL each, listed page by page", async () => {
  const own = await lambda.send(new CreateFunctionUrlConfigCommand({ FunctionName, AuthType: "NONE", InvokeMode: "BUFFERED" }));
  expect(own.InvokeMode).toBe("BUFFERED");
  const ofAlias = await lambda.send(new CreateFunctionUrlConfigCommand({ FunctionName: `${FunctionName}:live`, AuthType: "NONE" }));
  expect(ofAlias.FunctionArn).toBe(arnOf(FunctionName, "live"));
  expect(ofAlias.FunctionUrl).not.toBe(own.FunctionUrl);
  const urls = [own.FunctionUrl, ofAlias.FunctionUrl];
  const { FunctionUrlConfigs } = await lambda.send(new ListFunctionUrlConfigsCommand({ FunctionName }));
  expect(FunctionUrlConfigs?.map(({ FunctionUrl }) => FunctionUrl)).toEqual(urls);
  const pages = [];
  for await (const page of paginateListFunctionUrlConfigs({ client: lambda, pageSize: 1 }, { FunctionName }))
    pages.push(page.FunctionUrlConfigs?.map(({ FunctionUrl }) => FunctionUrl));
  expect(pages).toEqual(urls.map((url) => [url]));
});

describe("refuses", () => {
  test("versions, $LATEST and what is not there", async () => {
    const create = (Qualifier: string | undefined, name = FunctionName) =>
      lambda.send(new CreateFunctionUrlConfigCommand({ FunctionName: name, Qualifier, AuthType: "NONE" }));
    const pattern = (value: string) =>
      refusal(
        400,
        "ValidationException",
        `1 validation error detected: Value '${value}' at 'qualifier' failed to satisfy constraint: Member must satisfy regular expression pattern: ((?!^\\d+$)^[0-9a-zA-Z-_]+$)`,
      );
    await expect(create("1")).rejects.toMatchObject(pattern("1"));
    await expect(create("$LATEST")).rejects.toMatchObject(pattern("$LATEST"));
    const missing = refusal(404, "ResourceNotFoundException", "Function does not exist");
    await expect(create(undefined, "nobody")).rejects.toMatchObject(missing);
    await expect(create("dead")).rejects.toMatchObject(missing);
    await expect(lambda.send(new ListFunctionUrlConfigsCommand({ FunctionName: "nobody" }))).rejects.toMatchObject(missing);
  });
});
