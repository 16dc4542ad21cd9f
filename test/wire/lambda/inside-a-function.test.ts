// AWS seen from inside a function that packages nothing: the SDK is there, its calls reach this Lambent under the
// function's role, and nothing else does.
import { Sha256 } from "@smithy/core/checksum";
import { SignatureV4 } from "@smithy/signature-v4";
import { GetFunctionCommand, LambdaClient, ListFunctionsCommand, UpdateFunctionCodeCommand } from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { zipOf } from "../../../src/cli/zip.ts";
import { arnOf, invoke, refusal, says, waitUntilUpdated } from "../../harness/functions.ts";
import { createFunction, startTestLambent, type TestLambent } from "../../harness/lambent.ts";
import { installedRuntimes } from "../../harness/installed-runtimes.ts";

let lambent: TestLambent;
let lambda: LambdaClient;
beforeAll(async () => {
  lambent = await startTestLambent();
  ({ lambda } = lambent);
  await createFunction(lambda, "callee", { "index.mjs": "export const handler = async (event, context) => ({ got: event, arn: context.invokedFunctionArn });" });
  await createFunction(lambda, "environment", { "index.mjs": "export const handler = async () => ({ variables: process.env });" });
});
afterAll(() => lambent[Symbol.asyncDispose]());

const nodeBody = `
  const client = new LambdaClient();
  exports_.handler = async () => {
    const { Functions } = await client.send(new ListFunctionsCommand({}));
    const answer = await client.send(new InvokeCommand({ FunctionName: "callee", Payload: JSON.stringify({ from: "inside" }) }));
    return { names: Functions.map((f) => f.FunctionName), answer: JSON.parse(answer.Payload.transformToString()) };
  };`;
const names = "{ InvokeCommand, LambdaClient, ListFunctionsCommand }";
const sources: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "CommonJS": { "index.js": `const ${names} = require("@aws-sdk/client-lambda");${nodeBody.replace("exports_", "exports")}` },
  "ES module": { "index.mjs": `import ${names} from "@aws-sdk/client-lambda";${nodeBody.replace("exports_.handler =", "export const handler =")}` },
  "Python": {
    "index.py": `
import boto3, json
client = boto3.client("lambda")
def handler(event, context):
    names = [f["FunctionName"] for f in client.list_functions()["Functions"]]
    answer = client.invoke(FunctionName="callee", Payload=json.dumps({"from": "inside"}))
    return {"names": names, "answer": json.load(answer["Payload"])}
`,
  },
};
const runtimes = await installedRuntimes("nodejs20.x", "nodejs26.x", "python3.13");

describe.each([
  ["CommonJS", "nodejs26.x"],
  ["ES module", "nodejs26.x"],
  ["CommonJS", "nodejs20.x"],
  ["ES module", "nodejs20.x"],
  ["Python", "python3.13"],
] as const)("a %s function on %s", (kind, Runtime) => {
  // Skipped where the machine has no such runtime, see `lambent doctor`.
  test.skipIf(!runtimes.has(Runtime))("lists functions and invokes another one, with nothing in its package", async () => {
    const FunctionName = `caller-${kind.replace(" ", "-")}-${Runtime.replace(".", "-")}`;
    await createFunction(lambda, FunctionName, sources[kind] ?? {}, { Runtime, Timeout: 20, MemorySize: 512 });
    const { body, error } = await invoke(lambda, FunctionName);
    expect({ error, body }).toEqual({
      error: undefined,
      body: { names: expect.arrayContaining(["callee", FunctionName]), answer: { got: { from: "inside" }, arn: arnOf("callee") } },
    });
  });
});

interface Inside {
  readonly variables: Readonly<Record<string, string>>;
}

const lookInside = async (): Promise<Inside> => (await invoke(lambda, "environment")).body as Inside;

const keyOf = ({ variables }: Inside) => ({
  accessKeyId: variables["AWS_ACCESS_KEY_ID"] ?? "",
  secretAccessKey: variables["AWS_SECRET_ACCESS_KEY"] ?? "",
  sessionToken: variables["AWS_SESSION_TOKEN"] ?? "",
});

describe("the endpoint that functions are given", () => {
  let inside: Inside;
  let endpoint: string;
  beforeAll(async () => {
    inside = await lookInside();
    endpoint = inside.variables["AWS_ENDPOINT_URL"] ?? "";
  });
  const list = async (credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string }) => {
    const client = new LambdaClient({ endpoint, region: "us-east-1", credentials, maxAttempts: 1 });
    return client.send(new ListFunctionsCommand({}));
  };

  test("is not the public one", () => {
    expect(endpoint).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(endpoint).not.toBe(lambent.endpoint);
  });

  test("takes the role's credentials", async () => {
    expect((await list(keyOf(inside))).Functions?.length).toBeGreaterThan(1);
  });

  test("refuses what is not signed", async () => {
    const response = await fetch(`${endpoint}/2015-03-31/functions/`);
    expect(response.status).toBe(403);
    expect(response.headers.get("x-amzn-errortype")).toMatch(/^MissingAuthenticationTokenException/);
  });

  test("refuses a wrong secret, a missing or wrong token, and keys that anyone could know", async () => {
    const key = keyOf(inside);
    await expect(list({ ...key, secretAccessKey: "wrong" })).rejects.toMatchObject(refusal(403, "InvalidSignatureException", /^The request signature we calculated does not match/));
    await expect(list({ ...key, sessionToken: "wrong" })).rejects.toMatchObject(refusal(403, "UnrecognizedClientException", "The security token included in the request is invalid."));
    await expect(list({ accessKeyId: key.accessKeyId, secretAccessKey: key.secretAccessKey })).rejects.toMatchObject(refusal(403, "UnrecognizedClientException", /invalid/));
    const { accessKeyId, secretAccessKey } = lambent.running.operator;
    await expect(list({ accessKeyId, secretAccessKey })).rejects.toMatchObject(refusal(403, "UnrecognizedClientException", /invalid/));
  });

  test("has none of Lambent's own routes, signed or not", async () => {
    const { hostname, port, host } = new URL(endpoint);
    const signer = new SignatureV4({ service: "lambda", region: "us-east-1", credentials: keyOf(inside), sha256: Sha256 });
    for (const [path, query] of [["/_lambent/health", {}], ["/_lambent/logs", { group: "/aws/lambda/callee" }]] as const) {
      const signed = await signer.sign({ method: "GET", protocol: "http:", hostname, port: Number(port), path, query: { ...query }, headers: { host } });
      const target = `${path}?${new URLSearchParams(query).toString()}`;
      expect((await fetch(lambent.endpoint + target)).status).toBe(200);
      expect((await fetch(endpoint + target, { headers: signed.headers })).status).toBe(404);
      expect([403, 404]).toContain((await fetch(endpoint + target)).status);
    }
  });

  test("answers GetFunction with a link to the code that works", async () => {
    const client = new LambdaClient({ endpoint, region: "us-east-1", credentials: keyOf(inside), maxAttempts: 1 });
    const { Code, Configuration } = await client.send(new GetFunctionCommand({ FunctionName: "callee" }));
    const download = await fetch(Code?.Location ?? "");
    expect(download.status).toBe(200);
    expect((await download.arrayBuffer()).byteLength).toBe(Configuration?.CodeSize);
  });

  test("refuses the credentials of an environment that has gone", async () => {
    await createFunction(lambda, "gone", { "index.mjs": "export const handler = async () => ({ variables: process.env });" });
    const key = keyOf((await invoke(lambda, "gone")).body as Inside);
    expect((await list(key)).$metadata.httpStatusCode).toBe(200);
    await lambda.send(new UpdateFunctionCodeCommand({ FunctionName: "gone", ZipFile: await zipOf(says("new")) }));
    await waitUntilUpdated(lambda, "gone");
    expect((await invoke(lambda, "gone")).body).toBe("new");
    await expect.poll(() => list(key).then(() => "taken", (error: Error) => error.name), { timeout: 10_000, interval: 20 }).toBe("ExpiredTokenException");
  });
});

test("a function's environment holds what Lambda documents, and nothing of the server's", async () => {
  process.env["LAMBENT_TEST_SECRET"] = "s3cret";
  await createFunction(lambda, "leaks", { "index.mjs": "export const handler = async () => ({ variables: process.env });" });
  const { variables } = (await invoke(lambda, "leaks")).body as Inside;
  delete process.env["LAMBENT_TEST_SECRET"];
  const reserved = `_HANDLER _AWS_XRAY_DAEMON_ADDRESS _AWS_XRAY_DAEMON_PORT AWS_REGION AWS_DEFAULT_REGION AWS_EXECUTION_ENV
    AWS_LAMBDA_FUNCTION_NAME AWS_LAMBDA_FUNCTION_VERSION AWS_LAMBDA_FUNCTION_MEMORY_SIZE AWS_LAMBDA_INITIALIZATION_TYPE
    AWS_LAMBDA_LOG_GROUP_NAME AWS_LAMBDA_LOG_STREAM_NAME AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN
    AWS_LAMBDA_RUNTIME_API AWS_LAMBDA_METADATA_API AWS_LAMBDA_METADATA_TOKEN LAMBDA_TASK_ROOT LAMBDA_RUNTIME_DIR`.split(/\s+/);
  const defaults = "TZ LANG PATH LD_LIBRARY_PATH NODE_PATH AWS_XRAY_CONTEXT_MISSING AWS_XRAY_DAEMON_ADDRESS PWD SHLVL".split(" ");
  // The trace's where there is one. Ours: where to reach AWS, and where a sandbox does not isolate, its /tmp and the mark
  // of its processes.
  const further = ["_X_AMZN_TRACE_ID", "AWS_ENDPOINT_URL", "TMPDIR", "LAMBENT_SANDBOX"];
  const found = Object.keys(variables);
  expect(found).toEqual(expect.arrayContaining([...reserved, ...defaults, "AWS_ENDPOINT_URL"]));
  expect(found.filter((name) => ![...reserved, ...defaults, ...further].includes(name))).toEqual([]);
  expect(variables).toMatchObject({
    TZ: ":UTC",
    LANG: "en_US.UTF-8",
    // Where /var/lang/bin would be, the runtime's own folder.
    PATH: expect.stringMatching(/^\/.+\/bin:\/usr\/local\/bin:\/usr\/bin\/:\/bin:.*\/bin$/),
    AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
    AWS_LAMBDA_LOG_STREAM_NAME: expect.stringMatching(/^\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}$/),
    AWS_ACCESS_KEY_ID: expect.stringMatching(/^ASIA[A-Z2-7]{16}$/),
  });
  expect(JSON.stringify(variables)).not.toContain("s3cret");
});
