// Code from a bucket: an S3 beside Lambent that --service-endpoint names, and what is answered without one.
import { CreateFunctionCommand, type FunctionCode, GetFunctionCommand, UpdateFunctionCodeCommand, waitUntilFunctionActiveV2 } from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, expect, test } from "vitest";
import { zipOf } from "../../../src/cli/zip.ts";
import { invoke, refusal, says, waitUntilUpdated } from "../../harness/functions.ts";
import { startTestLambent, testRole, type TestLambent } from "../../harness/lambent.ts";
import { startTestS3, type TestS3 } from "../../harness/s3.ts";

let s3: TestS3;
let lambent: TestLambent;
beforeAll(async () => {
  // What the standard chain finds first.
  process.env["AWS_ACCESS_KEY_ID"] = "AKIAOPERATOR";
  process.env["AWS_SECRET_ACCESS_KEY"] = "secret";
  s3 = await startTestS3();
  lambent = await startTestLambent({ serviceEndpoints: `s3=${s3.endpoint}` });
});
afterAll(async () => {
  delete process.env["AWS_ACCESS_KEY_ID"];
  delete process.env["AWS_SECRET_ACCESS_KEY"];
  await lambent[Symbol.asyncDispose]();
  await s3[Symbol.asyncDispose]();
});

const create = (name: string, Code: FunctionCode, { lambda }: TestLambent = lambent) =>
  lambda.send(new CreateFunctionCommand({ FunctionName: name, Runtime: "nodejs26.x", Handler: "index.handler", Role: testRole, Code }));

test("a function is made of an object, and updated to another version of it", async () => {
  const { lambda } = lambent;
  s3.objects.set("/code/f.zip", await zipOf(says("first")));
  s3.objects.set("/code/f.zip?versionId=two", await zipOf(says("second")));
  const created = await create("f", { S3Bucket: "code", S3Key: "f.zip" });
  expect(created.CodeSize).toBe(s3.objects.get("/code/f.zip")?.length);
  expect(s3.requests[0]?.headers.authorization).toContain("AKIAOPERATOR");
  await waitUntilFunctionActiveV2({ client: lambda, maxWaitTime: 30, minDelay: 0.02, maxDelay: 0.2 }, { FunctionName: "f" });
  expect((await invoke(lambda, "f")).body).toBe("first");
  await lambda.send(new UpdateFunctionCodeCommand({ FunctionName: "f", S3Bucket: "code", S3Key: "f.zip", S3ObjectVersion: "two" }));
  await waitUntilUpdated(lambda, "f");
  expect((await invoke(lambda, "f")).body).toBe("second");
  const { Code } = await lambda.send(new GetFunctionCommand({ FunctionName: "f" }));
  expect(Code).toMatchObject({ RepositoryType: "S3", Location: expect.any(String) });
});

test("what S3 refuses is told in AWS's words", async () => {
  await expect(create("g", { S3Bucket: "code", S3Key: "none.zip" })).rejects.toMatchObject(
    refusal(400, "InvalidParameterValueException", "Error occurred while GetObject. S3 Error Code: NoSuchKey. S3 Error Message: The specified key does not exist."),
  );
  s3.refusals.set("/nowhere/f.zip", { code: "NoSuchBucket", message: "The specified bucket does not exist" });
  await expect(create("g", { S3Bucket: "nowhere", S3Key: "f.zip" })).rejects.toMatchObject(
    refusal(400, "InvalidParameterValueException", "Error occurred while GetObject. S3 Error Code: NoSuchBucket. S3 Error Message: The specified bucket does not exist"),
  );
  s3.refusals.set("/closed/f.zip", { code: "AccessDenied", message: "Access Denied" });
  await expect(create("g", { S3Bucket: "closed", S3Key: "f.zip" })).rejects.toMatchObject(refusal(403, "AccessDeniedException", /^Your access has been denied by S3/));
  s3.objects.set("/code/no.zip", Buffer.from("no zip"));
  await expect(create("g", { S3Bucket: "code", S3Key: "no.zip" })).rejects.toMatchObject(refusal(400, "InvalidParameterValueException", /^Could not unzip uploaded file\./));
});

test("a zip and a bucket at once are refused", async () => {
  await expect(create("g", { ZipFile: await zipOf(says("x")), S3Bucket: "code", S3Key: "f.zip" })).rejects.toMatchObject(
    refusal(400, "InvalidParameterValueException", "Please do not provide other FunctionCode parameters when providing a ZipFile."),
  );
});

test("without an endpoint the refusal says how to name one", async () => {
  await using alone = await startTestLambent();
  await expect(create("g", { S3Bucket: "code", S3Key: "f.zip" }, alone)).rejects.toMatchObject(
    refusal(501, "NotImplementedException", "Lambent does not serve the service s3 yet and was not told where one is: start it with --service-endpoint s3=URL."),
  );
});

test("an endpoint for what Lambent serves itself is refused at the start", async () => {
  await expect(startTestLambent({ serviceEndpoints: "lambda=http://127.0.0.1:1" })).rejects.toThrow("--service-endpoint lambda: Lambent serves lambda itself");
});
