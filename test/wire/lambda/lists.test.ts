// ListFunctions, page by page, and GetAccountSettings: what depends on all functions of an account.
import {
  CreateFunctionCommand,
  DeleteFunctionCommand,
  GetAccountSettingsCommand,
  type LambdaClient,
  ListFunctionsCommand,
  type ListFunctionsCommandInput,
  paginateListFunctions,
  PublishVersionCommand,
} from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { zipOf } from "../../../src/cli/zip.ts";
import { arnOf, refusal, says } from "../../harness/functions.ts";
import { createFunction, startTestLambent, type TestLambent, testRole } from "../../harness/lambent.ts";

const total = 53;
const names = Array.from({ length: total }, (_, n) => `f${String(n).padStart(2, "0")}`);

let lambent: TestLambent;
let lambda: LambdaClient;
let zip: Buffer;
beforeAll(async () => {
  lambent = await startTestLambent();
  ({ lambda } = lambent);
  zip = await zipOf(says("x"));
  const input = { Runtime: "nodejs26.x", Handler: "index.handler", Role: testRole, Code: { ZipFile: zip } } as const;
  await Promise.all(names.slice(1).map((FunctionName) => lambda.send(new CreateFunctionCommand({ ...input, FunctionName }))));
  await createFunction(lambda, "f00", says("x"), { Description: "published" });
  await lambda.send(new PublishVersionCommand({ FunctionName: "f00" }));
});
afterAll(() => lambent[Symbol.asyncDispose]());

const pagesOf = async (input: ListFunctionsCommandInput): Promise<string[][]> => {
  const pages: string[][] = [];
  for await (const page of paginateListFunctions({ client: lambda }, input)) {
    pages.push((page.Functions ?? []).map(({ FunctionName = "", Version }) => (input.FunctionVersion === "ALL" ? `${FunctionName}:${Version}` : FunctionName)));
  }
  return pages;
};

describe("ListFunctions", () => {
  test("gives pages of 50, in the order of their names, and says where the next begins", async () => {
    expect(await pagesOf({})).toEqual([names.slice(0, 50), names.slice(50)]);
    const page = await lambda.send(new ListFunctionsCommand({ MaxItems: 10_000 }));
    expect(page.Functions).toHaveLength(50);
    expect(page.NextMarker).toEqual(expect.any(String));
    expect(page.$metadata.httpStatusCode).toBe(200);
  });

  test("gives pages as small as asked for, and no marker with the last", async () => {
    const pages = await pagesOf({ MaxItems: 20 });
    expect(pages.map((page) => page.length)).toEqual([20, 20, 13]);
    expect(pages.flat()).toEqual(names);
  });

  test("with ALL lists each function with its versions, $LATEST under an ARN that says so", async () => {
    expect((await pagesOf({ FunctionVersion: "ALL", MaxItems: 2 })).flat()).toEqual(["f00:$LATEST", "f00:1", ...names.slice(1).map((name) => `${name}:$LATEST`)]);
    const { Functions } = await lambda.send(new ListFunctionsCommand({ FunctionVersion: "ALL", MaxItems: 2 }));
    expect(Functions?.map(({ FunctionArn }) => FunctionArn)).toEqual([arnOf("f00", "$LATEST"), arnOf("f00", "1")]);
  });

  test("says nothing of states", async () => {
    const { Functions } = await lambda.send(new ListFunctionsCommand({ MaxItems: 1 }));
    expect(Functions?.[0]).toMatchObject({ FunctionName: "f00", FunctionArn: arnOf("f00"), Description: "published", Version: "$LATEST" });
    for (const member of ["State", "StateReason", "StateReasonCode", "LastUpdateStatus", "LastUpdateStatusReason", "LastUpdateStatusReasonCode"]) {
      expect(Functions?.[0]).not.toHaveProperty(member);
    }
  });

  test("goes on where the marker says when the function there has gone", async () => {
    const { NextMarker } = await lambda.send(new ListFunctionsCommand({ MaxItems: 3 }));
    await lambda.send(new DeleteFunctionCommand({ FunctionName: "f02" }));
    const { Functions } = await lambda.send(new ListFunctionsCommand({ MaxItems: 1, Marker: NextMarker }));
    expect(Functions?.[0]?.FunctionName).toBe("f03");
    await createFunction(lambda, "f02", says("x"));
  });

  test.each<[string, ListFunctionsCommandInput, number, string, RegExp]>([
    ["no items", { MaxItems: 0 }, 400, "ValidationException", /at 'maxItems' failed to satisfy constraint: Member must have value greater than or equal to 1$/],
    ["too many items", { MaxItems: 10_001 }, 400, "ValidationException", /Member must have value less than or equal to 10000$/],
    ["other versions", { FunctionVersion: "SOME" as "ALL" }, 400, "ValidationException", /Member must satisfy enum value set: \[ALL\]$/],
    ["a marker that is none", { Marker: "nonsense!" }, 400, "InvalidParameterValueException", /Marker/],
  ])("refuses %s", async (_what, input, ...[status, type, message]) => {
    await expect(lambda.send(new ListFunctionsCommand(input))).rejects.toMatchObject(refusal(status, type, message));
  });
});

test("GetAccountSettings tells the limits that bind and what is used of them, each version counted", async () => {
  const { $metadata, ...settings } = await lambda.send(new GetAccountSettingsCommand({}));
  expect($metadata.httpStatusCode).toBe(200);
  expect(settings).toEqual({
    AccountLimit: {
      TotalCodeSize: 300 * 1024 ** 3,
      CodeSizeUnzipped: 262_144_000,
      CodeSizeZipped: 52_428_800,
      ConcurrentExecutions: 1000,
      UnreservedConcurrentExecutions: 1000,
    },
    AccountUsage: { TotalCodeSize: (total + 1) * zip.byteLength, FunctionCount: total },
  });
});
