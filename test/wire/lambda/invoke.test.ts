import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { InvokeCommand, type InvokeCommandInput, type InvokeCommandOutput } from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createFunction, startTestLambent, temporaryFolder, type TestLambent } from "../../harness/lambent.ts";

let lambent: TestLambent;
beforeAll(async () => void (lambent = await startTestLambent()));
afterAll(() => lambent[Symbol.asyncDispose]());

async function invoke(name: string, event: unknown, more: Partial<InvokeCommandInput> = {}): Promise<InvokeCommandOutput & { body: unknown; log: string }> {
  const answer = await lambent.lambda.send(new InvokeCommand({ FunctionName: name, Payload: JSON.stringify(event), LogType: "Tail", ...more }));
  const text = answer.Payload?.transformToString() ?? "";
  return { ...answer, body: text === "" ? undefined : JSON.parse(text), log: Buffer.from(answer.LogResult ?? "", "base64").toString() };
}

const node = (source: string): Record<string, string> => ({ "index.mjs": source });

describe("a Node.js function", () => {
  test("answers an event with what its handler returns", async () => {
    await createFunction(lambent.lambda, "echo", node("export const handler = async (event) => ({ got: event });"));
    const answer = await invoke("echo", { name: "you" });
    expect(answer).toMatchObject({ StatusCode: 200, ExecutedVersion: "$LATEST", body: { got: { name: "you" } } });
    expect(answer.FunctionError).toBeUndefined();
  });

  test("answers null when its handler returns nothing", async () => {
    await createFunction(lambent.lambda, "nothing", node("export const handler = async () => {};"));
    expect((await invoke("nothing", {})).body).toBeNull();
  });

  test("shows its context as AWS does", async () => {
    await createFunction(
      lambent.lambda,
      "context",
      node(`export const handler = async (event, context) => ({ ...context, remaining: context.getRemainingTimeInMillis(), env: process.env });`),
      { Timeout: 9, MemorySize: 256, Environment: { Variables: { GREETING: "hi" } } },
    );
    const { body } = await invoke("context", {}, { ClientContext: Buffer.from('{"custom":{"a":"b"}}').toString("base64") });
    expect(body).toMatchObject({
      functionName: "context",
      functionVersion: "$LATEST",
      invokedFunctionArn: "arn:aws:lambda:us-east-1:000000000000:function:context",
      memoryLimitInMB: "256",
      logGroupName: "/aws/lambda/context",
      clientContext: { custom: { a: "b" } },
      env: {
        GREETING: "hi",
        AWS_LAMBDA_FUNCTION_NAME: "context",
        AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "256",
        AWS_REGION: "us-east-1",
        AWS_EXECUTION_ENV: "AWS_Lambda_nodejs26.x",
        _HANDLER: "index.handler",
      },
    });
    expect((body as { remaining: number }).remaining).toBeGreaterThan(8000);
  });

  test("sees nothing of the server's own environment", async () => {
    process.env["LAMBENT_TEST_SECRET"] = "s3cret";
    await createFunction(lambent.lambda, "env", node("export const handler = async () => process.env;"));
    const { body } = await invoke("env", {});
    delete process.env["LAMBENT_TEST_SECRET"];
    expect(JSON.stringify(body)).not.toContain("s3cret");
    expect(body).not.toHaveProperty("HOME");
  });

  test("that throws answers 200 with an Unhandled function error", async () => {
    await createFunction(lambent.lambda, "throws", node(`export const handler = async () => { throw new TypeError("no such thing"); };`));
    expect(await invoke("throws", {})).toMatchObject({
      StatusCode: 200,
      FunctionError: "Unhandled",
      body: { errorType: "TypeError", errorMessage: "no such thing", trace: expect.arrayContaining(["TypeError: no such thing"]) },
    });
  });

  test("that cannot be loaded answers its init error", async () => {
    await createFunction(lambent.lambda, "missing", node("export const handler = async () => 1;"), { Handler: "index.nope" });
    expect(await invoke("missing", {})).toMatchObject({ FunctionError: "Unhandled", body: { errorType: "Runtime.HandlerNotFound" } });
  });

  test("that runs too long is stopped with AWS's words", async () => {
    await createFunction(lambent.lambda, "slow", node("export const handler = () => new Promise(() => setInterval(() => {}, 1000));"), { Timeout: 1 });
    const answer = await invoke("slow", {});
    expect(answer.FunctionError).toBe("Unhandled");
    expect(answer.body).toMatchObject({ errorType: "Sandbox.Timedout", errorMessage: expect.stringMatching(/^RequestId: [\w-]+ Error: Task timed out after 1\.00 seconds$/) });
    expect(answer.log).toMatch(/REPORT RequestId: .*Status: timeout/);
  });

  test("that exits answers an exit error, and the next invoke runs again", async () => {
    await createFunction(lambent.lambda, "exits", node("export const handler = async (event) => (event.exit ? process.exit(7) : 'alive');"));
    expect((await invoke("exits", {})).body).toBe("alive");
    expect((await invoke("exits", { exit: true })).body).toMatchObject({
      errorType: "Runtime.ExitError",
      errorMessage: expect.stringMatching(/Error: Runtime exited with error: exit status 7$/),
    });
    expect((await invoke("exits", {})).body).toBe("alive");
  });

  test("has every line that it printed in the tail of its log", async () => {
    await createFunction(
      lambent.lambda,
      "chatty",
      node(`import { writeSync } from "node:fs"; export const handler = async () => { for (let n = 0; n < 100; n++) console.log("line", n); writeSync(1, "last words\\n"); };`),
    );
    for (let n = 0; n < 20; n++) {
      const { log, $metadata } = await invoke("chatty", {});
      for (let line = 60; line < 100; line++) expect(log).toContain(`\tline ${line}\n`);
      expect(log).toContain("last words\n");
      expect(log).toContain(`END RequestId: ${$metadata.requestId}`);
      expect(log).toMatch(/REPORT RequestId: \S+\tDuration: \d+\.\d\d ms\tBilled Duration: \d+ ms\tMemory Size: 128 MB\tMax Memory Used: \d+ MB\t/);
    }
  });

  test("runs in as many environments as there are events at once, and reuses them", async () => {
    await createFunction(
      lambent.lambda,
      "parallel",
      node(`const id = Math.random(); export const handler = async (event) => { await new Promise((done) => setTimeout(done, event.ms)); return id; };`),
    );
    const first = await Promise.all(Array.from({ length: 4 }, async () => (await invoke("parallel", { ms: 1000 })).body));
    expect(new Set(first).size).toBe(4);
    expect(first).toContain((await invoke("parallel", { ms: 0 })).body);
  });
});

describe("the Invoke operation", () => {
  beforeAll(() => createFunction(lambent.lambda, "hello", node("export const handler = async (event) => event;")));

  test("answers DryRun with 204 and runs nothing", async () => {
    expect(await lambent.lambda.send(new InvokeCommand({ FunctionName: "hello", InvocationType: "DryRun" }))).toMatchObject({ StatusCode: 204 });
  });

  test.each(["hello:$LATEST", "arn:aws:lambda:us-east-1:000000000000:function:hello", "000000000000:function:hello"])("finds %s", async (name) => {
    expect((await invoke(name, 1)).body).toBe(1);
  });

  test.each([
    ["nobody", "ResourceNotFoundException", 404, "Function not found: arn:aws:lambda:us-east-1:000000000000:function:nobody:$LATEST"],
    ["hello:9", "ResourceNotFoundException", 404, "Function not found: arn:aws:lambda:us-east-1:000000000000:function:hello:9"],
    ["arn:aws:lambda:eu-west-1:000000000000:function:hello", "ResourceNotFoundException", 404, "Functions from 'eu-west-1' are not reachable in this region ('us-east-1')"],
  ])("refuses %s with %s", async (name, type, status, message) => {
    await expect(invoke(name, {})).rejects.toMatchObject({ name: type, message, $metadata: { httpStatusCode: status } });
  });

  test("refuses an event that is not JSON", async () => {
    await expect(lambent.lambda.send(new InvokeCommand({ FunctionName: "hello", Payload: "{oops" }))).rejects.toMatchObject({
      name: "InvalidRequestContentException",
      message: expect.stringContaining("Could not parse request body into json"),
    });
  });

  test("refuses an event of more than 6 MB", async () => {
    await expect(invoke("hello", "x".repeat(6_300_000))).rejects.toMatchObject({ $metadata: { httpStatusCode: 413 } });
  });

  test("takes an event and an answer of nearly 6 MB", async () => {
    const text = "x".repeat(6_000_000);
    expect((await invoke("hello", text)).body).toBe(text);
  });

  test("answers with the trace that the function saw", async () => {
    await createFunction(lambent.lambda, "traced", node("export const handler = async () => process.env._X_AMZN_TRACE_ID;"));
    const post = (headers: Record<string, string> = {}): Promise<Response> =>
      fetch(`${lambent.endpoint}/2015-03-31/functions/traced/invocations`, { method: "POST", headers });
    const made = await post();
    const trace = made.headers.get("x-amzn-trace-id");
    expect(trace).toMatch(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0;Lineage=[0-9a-f]{8}:0$/);
    expect(await made.json()).toBe(trace);

    const own = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1;Lineage=1:a8af8e8b:0";
    const passed = await post({ "x-amzn-trace-id": own });
    const counted = own.replace("Lineage=1:a8af8e8b:0", `Lineage=a8af8e8b:0|${/Lineage=(.*)/.exec(trace ?? "")?.[1]}`);
    expect([passed.headers.get("x-amzn-trace-id"), await passed.json()]).toEqual([counted, counted]);
  });

  test("treats an empty event as an empty object", async () => {
    const answer = await lambent.lambda.send(new InvokeCommand({ FunctionName: "hello" }));
    expect(answer.Payload?.transformToString()).toBe("{}");
  });

  test("names the command that installs a runtime that is not here", async () => {
    await createFunction(lambent.lambda, "java", { "x.txt": "x" }, { Runtime: "java8.al2", Handler: "Hello::run" });
    await expect(invoke("java", {})).rejects.toMatchObject({ name: "InvalidRuntimeException", $metadata: { httpStatusCode: 502 } });
  });
});

test("a CommonJS function runs also where Lambent's data lies inside an ES module project", async () => {
  const project = temporaryFolder("project");
  writeFileSync(join(project, "package.json"), '{ "type": "module" }');
  await using inside = await startTestLambent({ memory: "false", dataDirectory: join(project, ".lambent") });
  await createFunction(inside.lambda, "cjs", { "index.js": "exports.handler = async () => 'CommonJS';" });
  const answer = await inside.lambda.send(new InvokeCommand({ FunctionName: "cjs" }));
  expect(answer.Payload?.transformToString()).toBe('"CommonJS"');
});
