// A server that verifies signatures, and what it listens on.
import { fileURLToPath } from "node:url";
import { Sha256 } from "@smithy/core/checksum";
import { SignatureV4 } from "@smithy/signature-v4";
import { GetFunctionCommand, LambdaClient, ListFunctionsCommand, TagResourceCommand } from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { arnOf, invoke, refusal, says } from "../harness/functions.ts";
import { run } from "../harness/program.ts";
import { createFunction, startTestLambent, temporaryFolder, type TestLambent } from "../harness/lambent.ts";

const bin = fileURLToPath(new URL("../../bin/lambent.js", import.meta.url));

interface Key {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

describe("with --auth on", () => {
  const flags = { auth: "on", memory: "false", dataDirectory: temporaryFolder("auth"), logLevel: "error" } as const;
  let lambent: TestLambent;
  let key: Key;
  beforeAll(async () => {
    lambent = await startTestLambent(flags);
    key = lambent.running.operator;
    await createFunction(lambent.lambda, "f", says("hello"));
  });
  afterAll(() => lambent[Symbol.asyncDispose]());

  const clientOf = (credentials: Key, more: { region?: string; systemClockOffset?: number } = {}): LambdaClient =>
    new LambdaClient({ endpoint: lambent.endpoint, region: "us-east-1", credentials, maxAttempts: 1, ...more });
  const list = (credentials: Key, more = {}) => clientOf(credentials, more).send(new ListFunctionsCommand({}));

  test("the operator's key opens everything, in any region", async () => {
    expect(key.accessKeyId).toMatch(/^AKIA[A-Z2-7]{16}$/);
    expect((await list(key)).Functions).toHaveLength(1);
    expect((await list(key, { region: "ap-southeast-2" })).Functions).toEqual([]);
    expect((await invoke(lambent.lambda, "f")).body).toBe("hello");
    // A path and a header that have to be signed as they are sent.
    await clientOf(key).send(new TagResourceCommand({ Resource: arnOf("f"), Tags: { "ä b": "/+=" } }));
  });

  test.each<[string, (right: Key) => Key, string, RegExp]>([
    ["a wrong secret", (right) => ({ ...right, secretAccessKey: "wrong" }), "InvalidSignatureException", /^The request signature we calculated does not match the signature you provided\./],
    ["an unknown key", (right) => ({ ...right, accessKeyId: "AKIAIOSFODNN7EXAMPLE" }), "UnrecognizedClientException", /^The security token included in the request is invalid\.$/],
    ["an account id as a key", () => ({ accessKeyId: "000000000000", secretAccessKey: "lambent" }), "UnrecognizedClientException", /invalid/],
    ["a token that the key does not have", (right) => ({ ...right, sessionToken: "token" }), "UnrecognizedClientException", /invalid/],
  ])("%s is refused", async (...[, change, type, message]) => {
    await expect(list(change(key))).rejects.toMatchObject(refusal(403, type, message));
  });

  test("a clock that is wrong by an hour is refused", async () => {
    await expect(list(key, { systemClockOffset: -3_600_000 })).rejects.toMatchObject(refusal(403, "InvalidSignatureException", /^Signature expired: /));
    await expect(list(key, { systemClockOffset: 3_600_000 })).rejects.toMatchObject(refusal(403, "InvalidSignatureException", /^Signature not yet current: /));
  });

  test("a request without a signature is refused in every form", async () => {
    for (const [path, method] of [["/2015-03-31/functions/", "GET"], ["/2015-03-31/functions/f/invocations", "POST"], ["/_lambent/logs?group=/aws/lambda/f", "GET"]] as const) {
      const response = await fetch(lambent.endpoint + path, { method });
      expect(response.status).toBe(403);
      expect(response.headers.get("x-amzn-errortype")).toMatch(/^MissingAuthenticationTokenException/);
      expect(await response.json()).toMatchObject({ message: "Missing Authentication Token" });
    }
  });

  test("only what gives nothing away is open: the health of the server, and links to code", async () => {
    expect((await fetch(`${lambent.endpoint}/_lambent/health`)).status).toBe(200);
    const { Code } = await lambent.lambda.send(new GetFunctionCommand({ FunctionName: "f" }));
    expect((await fetch(Code?.Location ?? "")).status).toBe(200);
    expect((await fetch((Code?.Location ?? "").replace(/signature=\w{4}/, "signature=0000"))).status).toBe(403);
  });

  test("a presigned link opens what it was signed for, and nothing else", async () => {
    const { hostname, port, host } = new URL(lambent.endpoint);
    const signer = new SignatureV4({ service: "lambda", region: "us-east-1", credentials: key, sha256: Sha256 });
    const request = { method: "GET", protocol: "http:", hostname, port: Number(port), path: "/2015-03-31/functions/f/configuration", headers: { host } };
    const linkTo = async (signingDate: Date): Promise<string> => {
      const { query = {} } = await signer.presign(request, { expiresIn: 60, signingDate });
      return `${lambent.endpoint}${request.path}?${new URLSearchParams(query as Record<string, string>).toString()}`;
    };
    const link = await linkTo(new Date());
    const response = await fetch(link);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ FunctionName: "f" });

    expect((await fetch(link, { method: "DELETE" })).status).toBe(403);
    expect((await fetch(link.replace("/configuration", ""))).status).toBe(403);
    expect((await fetch(link.replace("X-Amz-Expires=60", "X-Amz-Expires=6000"))).status).toBe(403);
    const late = await fetch(await linkTo(new Date(Date.now() - 61_000)));
    expect(late.status).toBe(403);
    expect(await late.json()).toMatchObject({ message: expect.stringMatching(/^Signature expired: /) });
  });

  test("a function's own credentials open the public listener, too, for its account, but not what is for people only", async () => {
    await createFunction(lambent.lambda, "environment", { "index.mjs": "export const handler = async () => process.env;" });
    const { body } = await invoke(lambent.lambda, "environment");
    const { AWS_ACCESS_KEY_ID = "", AWS_SECRET_ACCESS_KEY = "", AWS_SESSION_TOKEN = "" } = body as Record<string, string>;
    const role = { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY, sessionToken: AWS_SESSION_TOKEN };
    expect((await list(role)).Functions?.length).toBeGreaterThan(0);
    await expect(list({ ...role, sessionToken: "wrong" })).rejects.toMatchObject(refusal(403, "UnrecognizedClientException", /invalid/));

    const { hostname, port, host } = new URL(lambent.endpoint);
    const readLog = async (credentials: Key): Promise<number> => {
      const signer = new SignatureV4({ service: "lambda", region: "us-east-1", credentials, sha256: Sha256 });
      const query = { function: "f" };
      const { headers } = await signer.sign({ method: "GET", protocol: "http:", hostname, port: Number(port), path: "/_lambent/logs", query, headers: { host } });
      return (await fetch(`${lambent.endpoint}/_lambent/logs?function=f`, { headers })).status;
    };
    expect(await readLog(key)).toBe(200);
    expect(await readLog(role)).toBe(403);
  });

  test("lambent logs signs with the key of the data directory", async () => {
    const { port } = new URL(lambent.endpoint);
    const logs = (data: string) => run(process.execPath, [bin, "logs", "f", "--port", port, "--data", data], {});
    expect((await logs(flags.dataDirectory)).stdout).toContain("START RequestId: ");
    await expect(logs(temporaryFolder("other"))).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining("security token included in the request is invalid") });
  });

  test("the key is the same after a restart", async () => {
    await lambent[Symbol.asyncDispose]();
    lambent = await startTestLambent(flags);
    const { accessKeyId, secretAccessKey } = key;
    expect(lambent.running.operator).toEqual({ account: "000000000000", accessKeyId, secretAccessKey });
    expect((await list(key)).Functions?.map(({ FunctionName }) => FunctionName)).toContain("f");
  });
});

describe("an address that other machines can reach", () => {
  const host = "0.0.0.0";

  test("is refused without authentication", async () => {
    await expect(startTestLambent({ host })).rejects.toMatchObject({
      code: "GatewayAddressUnguarded",
      message: expect.stringMatching(/--auth on.*--trust-network/),
    });
  });

  test("is taken with it, or when the network is trusted", async () => {
    await using guarded = await startTestLambent({ host, auth: "on", memory: "false", dataDirectory: temporaryFolder("guarded") });
    expect((await fetch(`http://127.0.0.1:${new URL(guarded.endpoint).port}/2015-03-31/functions/`)).status).toBe(403);
    await using trusting = await startTestLambent({ host, trustNetwork: "true" });
    expect((await fetch(`http://127.0.0.1:${new URL(trusting.endpoint).port}/2015-03-31/functions/`)).status).toBe(200);
  });
});

test("authentication without a data directory, which keeps its key, is refused", async () => {
  await expect(startTestLambent({ auth: "on" })).rejects.toThrow(/--auth on needs a data directory/);
});
