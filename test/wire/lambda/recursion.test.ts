// A function that invokes itself with the SDK of its environment: the chain ends where AWS ends it, and goes on where that
// is allowed.
import { DeleteFunctionCommand, GetFunctionRecursionConfigCommand, type LambdaClient, PutFunctionRecursionConfigCommand } from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { arnOf, invoke, refusal, says } from "../../harness/functions.ts";
import { installedRuntimes } from "../../harness/installed-runtimes.ts";
import { createFunction, startTestLambent, type TestLambent } from "../../harness/lambent.ts";

let lambent: TestLambent;
let lambda: LambdaClient;
beforeAll(async () => {
  lambent = await startTestLambent();
  ({ lambda } = lambent);
});
afterAll(() => lambent[Symbol.asyncDispose]());

/** Each invoke makes the next until `most` run inside one another, and answers how far they came. */
const sources: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "nodejs26.x": {
    "index.mjs": `
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
const client = new LambdaClient();
const FunctionName = process.env.AWS_LAMBDA_FUNCTION_NAME;
export const handler = async ({ pass, most }) => {
  if (pass >= most) return { pass };
  try {
    const answer = await client.send(new InvokeCommand({ FunctionName, Payload: JSON.stringify({ pass: pass + 1, most }) }));
    return JSON.parse(answer.Payload.transformToString());
  } catch ({ name, message, $metadata }) {
    return { pass, name, message, status: $metadata.httpStatusCode };
  }
};`,
  },
  "python3.13": {
    "index.py": `
import boto3, json, os
from botocore.exceptions import ClientError
client = boto3.client("lambda")
def handler(event, context):
    if event["pass"] >= event["most"]:
        return {"pass": event["pass"]}
    try:
        answer = client.invoke(FunctionName=os.environ["AWS_LAMBDA_FUNCTION_NAME"], Payload=json.dumps({"pass": event["pass"] + 1, "most": event["most"]}))
        return json.load(answer["Payload"])
    except ClientError as error:
        response = error.response
        return {"pass": event["pass"], "name": response["Error"]["Code"], "message": response["Error"]["Message"], "status": response["ResponseMetadata"]["HTTPStatusCode"]}
`,
  },
};
const runtimes = await installedRuntimes("nodejs26.x", "python3.13");

describe.each(Object.keys(sources))("a function on %s", (Runtime) => {
  test.skipIf(!runtimes.has(Runtime))("comes through itself 16 times, and more when it may", { timeout: 120_000 }, async () => {
    const FunctionName = `loop-${Runtime.replace(".", "-")}`;
    await createFunction(lambda, FunctionName, sources[Runtime] ?? {}, { Runtime: Runtime as "nodejs24.x", Timeout: 100, MemorySize: 512 });
    const stopped = await invoke(lambda, FunctionName, { pass: 1, most: 18 });
    expect(stopped).toMatchObject({
      error: undefined,
      body: { pass: 16, name: "RecursiveInvocationException", status: 400, message: expect.stringMatching(/^Lambda has detected your function being invoked in a recursive loop/) },
    });

    expect(await lambda.send(new GetFunctionRecursionConfigCommand({ FunctionName }))).toMatchObject({ RecursiveLoop: "Terminate" });
    const allowed = await lambda.send(new PutFunctionRecursionConfigCommand({ FunctionName, RecursiveLoop: "Allow" }));
    expect(allowed).toMatchObject({ RecursiveLoop: "Allow", $metadata: { httpStatusCode: 200 } });
    expect(await lambda.send(new GetFunctionRecursionConfigCommand({ FunctionName }))).toMatchObject({ RecursiveLoop: "Allow" });
    expect(await invoke(lambda, FunctionName, { pass: 1, most: 18 })).toMatchObject({ error: undefined, body: { pass: 18 } });
  });
});

/** Invokes `traced` and answers with both traces. */
const relays: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "nodejs26.x": {
    "index.mjs": `
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
const client = new LambdaClient();
export const handler = async () => {
  const answer = await client.send(new InvokeCommand({ FunctionName: "traced" }));
  return [process.env._X_AMZN_TRACE_ID, JSON.parse(answer.Payload.transformToString())];
};`,
  },
  "python3.13": {
    "index.py": `
import boto3, json, os
def handler(event, context):
    return [os.environ["_X_AMZN_TRACE_ID"], json.load(boto3.client("lambda").invoke(FunctionName="traced")["Payload"])]
`,
  },
};

describe.each(Object.keys(relays))("a chain through other functions, with the SDK of %s", (Runtime) => {
  test.skipIf(!runtimes.has(Runtime))("carries the passes of all of them", { timeout: 60_000 }, async () => {
    const FunctionName = `relay-${Runtime.replace(".", "-")}`;
    await createFunction(lambda, "traced", { "index.mjs": "export const handler = async () => process.env._X_AMZN_TRACE_ID;" });
    await createFunction(lambda, FunctionName, relays[Runtime] ?? {}, { Runtime: Runtime as "nodejs24.x", Timeout: 30, MemorySize: 512 });
    const root = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";
    const answer = await fetch(`${lambent.endpoint}/2015-03-31/functions/${FunctionName}/invocations`, {
      method: "POST",
      headers: { "x-amzn-trace-id": `${root};Lineage=68fd508a:5|c512fbe3:2` },
    });
    const [own, further] = (await answer.json()) as readonly string[];
    expect(own).toMatch(/;Lineage=68fd508a:5\|c512fbe3:2\|[0-9a-f]{8}:0$/);
    expect(own).toBe(answer.headers.get("x-amzn-trace-id"));
    expect(further).toMatch(new RegExp(`^${own?.replaceAll("|", "\\|")}\\|[0-9a-f]{8}:0$`));
    await lambda.send(new DeleteFunctionCommand({ FunctionName: "traced" }));
  });
});

test("an invoke from outside begins a new chain, however many there were", async () => {
  await createFunction(lambda, "plain", says("x"));
  for (let time = 0; time < 20; time++) expect((await invoke(lambda, "plain")).body).toBe("x");
});

test("refuses other values, and functions that are not there", async () => {
  const put = (FunctionName: string, RecursiveLoop: string) =>
    lambda.send(new PutFunctionRecursionConfigCommand({ FunctionName, RecursiveLoop: RecursiveLoop as "Allow" }));
  await expect(put("plain", "Maybe")).rejects.toMatchObject(
    refusal(
      400,
      "ValidationException",
      "1 validation error detected: Value 'Maybe' at 'recursiveLoop' failed to satisfy constraint: Member must satisfy enum value set: [Terminate, Allow]",
    ),
  );
  await expect(put("nobody", "Allow")).rejects.toMatchObject(refusal(404, "ResourceNotFoundException", `Function not found: ${arnOf("nobody")}`));
});
