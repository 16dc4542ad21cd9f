// What a server that is started again on its data directory still knows.
import {
  CreateAliasCommand,
  CreateFunctionCommand,
  CreateFunctionUrlConfigCommand,
  GetFunctionCommand,
  GetFunctionEventInvokeConfigCommand,
  GetFunctionRecursionConfigCommand,
  type LambdaClient,
  ListAliasesCommand,
  ListFunctionUrlConfigsCommand,
  ListVersionsByFunctionCommand,
  PublishVersionCommand,
  PutFunctionEventInvokeConfigCommand,
  PutFunctionRecursionConfigCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
  waitUntilFunctionActiveV2,
} from "@aws-sdk/client-lambda";
import { expect, test } from "vitest";
import { zipOf } from "../../../src/cli/zip.ts";
import { invoke, says, waitUntilPublished, waitUntilUpdated } from "../../harness/functions.ts";
import { createFunction, startTestLambent, temporaryFolder, testRole } from "../../harness/lambent.ts";

const start = (dataDirectory: string) => startTestLambent({ memory: "false", dataDirectory });

/** All that can be asked about a function, without the links, which die with their server. */
async function describeAll(lambda: LambdaClient, FunctionName: string) {
  const { Configuration, Tags, Code } = await lambda.send(new GetFunctionCommand({ FunctionName }));
  const download = await fetch(Code?.Location ?? "");
  const { Versions } = await lambda.send(new ListVersionsByFunctionCommand({ FunctionName }));
  const { Aliases } = await lambda.send(new ListAliasesCommand({ FunctionName }));
  const { FunctionUrlConfigs } = await lambda.send(new ListFunctionUrlConfigsCommand({ FunctionName }));
  const { $metadata: _asynchronous, ...asynchronous } = await lambda.send(new GetFunctionEventInvokeConfigCommand({ FunctionName, Qualifier: "live" }));
  const { RecursiveLoop } = await lambda.send(new GetFunctionRecursionConfigCommand({ FunctionName }));
  const urls = FunctionUrlConfigs?.map((url) => ({ ...url, FunctionUrl: url.FunctionUrl?.replace(/:\d+\/$/, "") }));
  return { Configuration, Tags, Versions, Aliases, urls, asynchronous, RecursiveLoop, code: Buffer.from(await download.arrayBuffer()).toString("base64") };
}

test("functions, versions, aliases, tags, code, numbers and configs are as they were", async () => {
  const data = temporaryFolder("restart");
  const FunctionName = "kept";
  const before = await (async () => {
    await using lambent = await start(data);
    const { lambda } = lambent;
    await createFunction(lambda, FunctionName, says("one"), { Publish: true, Tags: { team: "a" }, Environment: { Variables: { AA: "ü" } } });
    await lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile: await zipOf(says("two")), Publish: true }));
    await waitUntilUpdated(lambda, FunctionName);
    for (const version of ["1", "2"]) await waitUntilPublished(lambda, FunctionName, version);
    await lambda.send(new CreateAliasCommand({ FunctionName, Name: "live", FunctionVersion: "1", RoutingConfig: { AdditionalVersionWeights: { "2": 1 } } }));
    await lambda.send(new CreateFunctionUrlConfigCommand({ FunctionName, Qualifier: "live", AuthType: "NONE", Cors: { AllowOrigins: ["*"] } }));
    await lambda.send(new PutFunctionEventInvokeConfigCommand({ FunctionName, Qualifier: "live", MaximumRetryAttempts: 0 }));
    await lambda.send(new PutFunctionRecursionConfigCommand({ FunctionName, RecursiveLoop: "Allow" }));
    await invoke(lambda, FunctionName);
    return await describeAll(lambda, FunctionName);
  })();

  await using lambent = await start(data);
  const { lambda } = lambent;
  expect(await describeAll(lambda, FunctionName)).toEqual(before);
  expect(await invoke(lambda, `${FunctionName}:live`)).toMatchObject({ version: "2", body: "two" });
  expect(await invoke(lambda, `${FunctionName}:1`)).toMatchObject({ body: "one" });
  await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, Timeout: 9 }));
  await waitUntilUpdated(lambda, FunctionName);
  expect((await lambda.send(new PublishVersionCommand({ FunctionName }))).Version).toBe("3");
});

test("functions that were still Pending become Active", async () => {
  const data = temporaryFolder("restart");
  // More than are unpacked at once, each with a package of its own: some have not begun when the server stops.
  const names = Array.from({ length: 8 }, (_, n) => `pending-${n}`);
  const files = Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`files/${n}.txt`, `${n}`]));
  {
    await using lambent = await start(data);
    const settings = { Handler: "index.handler", Runtime: "nodejs26.x", Role: testRole } as const;
    const zips = await Promise.all(names.map((name) => zipOf({ ...files, ...says(name) })));
    const creations = names.map((FunctionName, n) => lambent.lambda.send(new CreateFunctionCommand({ ...settings, FunctionName, Code: { ZipFile: zips[n] } })));
    for (const { State } of await Promise.all(creations)) expect(State).toBe("Pending");
    const found = await Promise.all(names.map((FunctionName) => lambent.lambda.send(new GetFunctionCommand({ FunctionName }))));
    expect(found.map(({ Configuration }) => Configuration?.State)).toContain("Pending");
  }
  await using lambent = await start(data);
  for (const FunctionName of names) {
    await waitUntilFunctionActiveV2({ client: lambent.lambda, maxWaitTime: 20, minDelay: 0.02, maxDelay: 0.1 }, { FunctionName });
  }
  expect((await invoke(lambent.lambda, "pending-7")).body).toBe("pending-7");
});
