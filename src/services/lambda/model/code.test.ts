import { expect, test } from "vitest";
import { openLambdaRoom, zip, type LambdaRoom } from "../../../../test/harness/lambda-room.ts";
import { Fault } from "../../../core/faults.ts";
import { readPackage } from "./code.ts";

type Call = readonly [service: string, operation: string, input: object];

/** A room whose S3 answers GetObject with what `body` yields. */
const roomWith = (body: () => AsyncIterable<Uint8Array>, calls: Call[] = []): Promise<LambdaRoom> =>
  openLambdaRoom({
    cloud: {
      async call(service, operation, input) {
        calls.push([service, operation, input]);
        return { Body: body() };
      },
    },
  });

const refusing = (fault: Error): Promise<LambdaRoom> =>
  roomWith(() => {
    throw fault;
  });

test("a package comes from S3 chunk by chunk, in the version that was asked for", async () => {
  const calls: Call[] = [];
  await using room = await roomWith(async function* () {
    yield Buffer.from("PK ");
    yield Buffer.from("code");
  }, calls);
  const reference = await readPackage({ S3Bucket: "b", S3Key: "k", S3ObjectVersion: "v" }, room.parts, room.context);
  expect(calls).toEqual([["s3", "GetObject", { Bucket: "b", Key: "k", VersionId: "v" }]]);
  expect(reference).toEqual(await readPackage({ ZipFile: zip("code") }, room.parts, room.context));
});

const invalid = (message: string | RegExp) => ({
  code: "InvalidParameterValueException",
  status: 400,
  message: typeof message === "string" ? message : expect.stringMatching(message),
});

test.each([
  ["NoSuchKey", 404, "The specified key does not exist.", invalid("Error occurred while GetObject. S3 Error Code: NoSuchKey. S3 Error Message: The specified key does not exist.")],
  ["NoSuchBucket", 404, "The specified bucket does not exist", invalid("Error occurred while GetObject. S3 Error Code: NoSuchBucket. S3 Error Message: The specified bucket does not exist")],
  ["ServiceUnavailable", 503, "no", invalid(/S3 Error Code: ServiceUnavailable/)],
  [
    "AccessDenied",
    403,
    "Access Denied",
    {
      code: "AccessDeniedException",
      status: 403,
      message:
        "Your access has been denied by S3, please make sure your request credentials have permission to GetObject for b/k. " +
        "S3 Error Code: AccessDenied. S3 Error Message: Access Denied",
    },
  ],
] as const)("S3's %s is told as AWS tells it", async (code, status, message, fault) => {
  await using room = await refusing(new Fault({ code, status, message }));
  await expect(readPackage({ S3Bucket: "b", S3Key: "k" }, room.parts, room.context)).rejects.toMatchObject(fault);
});

test("an object larger than any package is cut off, not read to its end", async () => {
  let sent = 0;
  await using room = await roomWith(async function* () {
    const chunk = new Uint8Array(16 * 1024 * 1024);
    for (; sent < 2 ** 40; sent += chunk.byteLength) yield chunk;
  });
  await expect(readPackage({ S3Bucket: "b", S3Key: "k" }, room.parts, room.context)).rejects.toMatchObject(
    invalid("Unzipped size must be smaller than 262144000 bytes"),
  );
  expect(sent).toBeLessThan(2 ** 29);
});

test("without an S3 anywhere the refusal says how to name one", async () => {
  await using room = await openLambdaRoom();
  await expect(readPackage({ S3Bucket: "b", S3Key: "k" }, room.parts, room.context)).rejects.toMatchObject({
    status: 501,
    message: expect.stringContaining("--service-endpoint s3=URL"),
  });
});

test.each([
  ["nothing", {}, "Please provide a source for function code."],
  ["a bucket alone", { S3Bucket: "b" }, "Please provide a source for function code."],
  ["zip and bucket", { ZipFile: zip("f"), S3Bucket: "b", S3Key: "k" }, "Please do not provide other FunctionCode parameters when providing a ZipFile."],
  ["zip and version", { ZipFile: zip("f"), S3ObjectVersion: "v" }, "Please do not provide other FunctionCode parameters when providing a ZipFile."],
  ["an empty zip", { ZipFile: new Uint8Array() }, "Uploaded file must be a non-empty zip"],
])("of %s no package is made", async (_what, sources, message) => {
  await using room = await openLambdaRoom();
  await expect(readPackage(sources, room.parts, room.context)).rejects.toMatchObject(invalid(message));
});
