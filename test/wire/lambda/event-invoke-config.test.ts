// The configuration of asynchronous invokes through the official client.
import {
  DeleteFunctionEventInvokeConfigCommand,
  GetFunctionEventInvokeConfigCommand,
  type LambdaClient,
  ListFunctionEventInvokeConfigsCommand,
  paginateListFunctionEventInvokeConfigs,
  PutFunctionEventInvokeConfigCommand,
  type PutFunctionEventInvokeConfigCommandInput,
  PublishVersionCommand,
  UpdateFunctionEventInvokeConfigCommand,
} from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { arnOf, refusal, says, waitUntilPublished } from "../../harness/functions.ts";
import { createFunction, startTestLambent, type TestLambent } from "../../harness/lambent.ts";

const FunctionName = "async";
const queue = "arn:aws:sqs:us-east-1:000000000000:failures";

let lambent: TestLambent;
let lambda: LambdaClient;
beforeAll(async () => {
  lambent = await startTestLambent();
  ({ lambda } = lambent);
  await createFunction(lambda, FunctionName, says("x"));
  await createFunction(lambda, "listener", says("y"));
  await lambda.send(new PublishVersionCommand({ FunctionName }));
  await waitUntilPublished(lambda, FunctionName, "1");
});
afterAll(() => lambent[Symbol.asyncDispose]());

const put = (input: Partial<PutFunctionEventInvokeConfigCommandInput>) =>
  lambda.send(new PutFunctionEventInvokeConfigCommand({ FunctionName, ...input }));
const get = (Qualifier?: string) => lambda.send(new GetFunctionEventInvokeConfigCommand({ FunctionName, Qualifier }));

test("is put, read, merged, replaced and deleted", async () => {
  const { $metadata, ...first } = await put({ MaximumRetryAttempts: 0, DestinationConfig: { OnSuccess: { Destination: arnOf("listener") } } });
  expect($metadata.httpStatusCode).toBe(200);
  expect(first).toStrictEqual({
    LastModified: expect.any(Date),
    FunctionArn: arnOf(FunctionName, "$LATEST"),
    MaximumRetryAttempts: 0,
    DestinationConfig: { OnSuccess: { Destination: arnOf("listener") }, OnFailure: {} },
  });
  expect(Math.abs(Date.now() - Number(first.LastModified))).toBeLessThan(60_000);

  const { $metadata: post, ...merged } = await lambda.send(new UpdateFunctionEventInvokeConfigCommand({ FunctionName, MaximumEventAgeInSeconds: 120 }));
  expect(post.httpStatusCode).toBe(200);
  expect(merged).toStrictEqual({ ...first, MaximumEventAgeInSeconds: 120, LastModified: merged.LastModified });
  const { $metadata: _get, ...found } = await get();
  expect(found).toStrictEqual(merged);

  const replaced = await put({ DestinationConfig: { OnFailure: { Destination: queue } } });
  expect(replaced).not.toHaveProperty("MaximumRetryAttempts");
  expect(replaced).not.toHaveProperty("MaximumEventAgeInSeconds");
  expect(replaced.DestinationConfig).toStrictEqual({ OnSuccess: {}, OnFailure: { Destination: queue } });

  expect((await lambda.send(new DeleteFunctionEventInvokeConfigCommand({ FunctionName }))).$metadata.httpStatusCode).toBe(204);
  await expect(get()).rejects.toMatchObject(
    refusal(404, "ResourceNotFoundException", `The function ${arnOf(FunctionName, "$LATEST")} doesn't have an EventInvokeConfig`),
  );
});

test("is listed for the function and its versions, page by page", async () => {
  await put({ MaximumRetryAttempts: 1 });
  await put({ MaximumRetryAttempts: 2, Qualifier: "1" });
  const { FunctionEventInvokeConfigs } = await lambda.send(new ListFunctionEventInvokeConfigsCommand({ FunctionName }));
  expect(FunctionEventInvokeConfigs).toMatchObject([
    { FunctionArn: arnOf(FunctionName, "$LATEST"), MaximumRetryAttempts: 1 },
    { FunctionArn: arnOf(FunctionName, "1"), MaximumRetryAttempts: 2 },
  ]);
  const pages = [];
  for await (const page of paginateListFunctionEventInvokeConfigs({ client: lambda, pageSize: 1 }, { FunctionName }))
    pages.push(page.FunctionEventInvokeConfigs?.map(({ FunctionArn }) => FunctionArn));
  expect(pages).toEqual([[arnOf(FunctionName, "$LATEST")], [arnOf(FunctionName, "1")]]);
});

describe("refuses", () => {
  test.each([
    ["nothing to set", {}, 400, "InvalidParameterValueException", "You must specify at least one of error handling or destination setting."],
    ["a missing function", { FunctionName: "nobody", MaximumRetryAttempts: 1 }, 404, "ResourceNotFoundException", "The function doesn't exist."],
    [
      "too many retries",
      { MaximumRetryAttempts: 3 },
      400,
      "ValidationException",
      "1 validation error detected: Value '3' at 'maximumRetryAttempts' failed to satisfy constraint: Member must have value less than or equal to 2",
    ],
    [
      "itself as destination",
      { DestinationConfig: { OnSuccess: { Destination: arnOf(FunctionName, "1") } } },
      400,
      "InvalidParameterValueException",
      "You can't specify the function as a destination for itself.",
    ],
  ] as const)("%s", async (...[, input, status, type, message]) => {
    await expect(put(input)).rejects.toMatchObject(refusal(status, type, message));
  });
});
