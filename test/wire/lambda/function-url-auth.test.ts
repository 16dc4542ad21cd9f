// Who may call a function URL: AuthType, signatures, and resource policies of two accounts on one instance.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { Sha256 } from "@smithy/core/checksum";
import { HttpRequest } from "@smithy/core/protocols";
import { SignatureV4 } from "@smithy/signature-v4";
import { AddPermissionCommand, CreateAliasCommand, PutResourcePolicyCommand, RemovePermissionCommand } from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { invoke } from "../../harness/functions.ts";
import { createFunction, startTestLambent, temporaryFolder, type TestLambent } from "../../harness/lambent.ts";
import { isInstalled, run } from "../../harness/program.ts";
import { callUrl, createUrl, type TestUrl, type UrlAnswer, type UrlCall } from "../../harness/urls.ts";

interface Key {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

interface Draft extends UrlCall {
  readonly service?: string;
  readonly region?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const signerOf = (key: Key, { service = "lambda", region = "us-east-1" }: Draft): SignatureV4 => new SignatureV4({ service, region, credentials: key, sha256: Sha256 });
const drafted = (url: TestUrl, { method = "GET", path = "/", headers = {}, body, host = url.host }: Draft): HttpRequest => {
  const [pathname = "/", query = ""] = path.split("?");
  return new HttpRequest({ method, protocol: "http:", hostname: "x", path: pathname, query: Object.fromEntries(new URLSearchParams(query)), headers: { host, ...headers }, body });
};

/** Signed in its headers. */
async function callSigned(url: TestUrl, key: Key, draft: Draft = {}): Promise<UrlAnswer> {
  const { headers } = await signerOf(key, draft).sign(drafted(url, draft));
  const { host: _named, ...more } = headers;
  return callUrl(url, { ...draft, headers: more });
}

const forbidden = {
  status: 403,
  text: '{"Message":"Forbidden. For troubleshooting Function URL authorization issues, see: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html"}',
  headers: { "x-amzn-errortype": "AccessDeniedException" },
};
const echo = { "index.mjs": "export const handler = async (event) => event?.keys ? process.env : event;" };
const [owner, guest] = ["111111111111", "222222222222"] as const;
const roleOf = (account: string): string => `arn:aws:iam::${account}:role/service/r`;
const wrong = "A".repeat(40);

describe("with --auth off", () => {
  let lambent: TestLambent;
  let url: TestUrl;
  beforeAll(async () => {
    lambent = await startTestLambent({ account: owner });
    await createFunction(lambent.lambda, "signed", echo);
    url = await createUrl(lambent.lambda, "signed", { AuthType: "AWS_IAM" });
  });
  afterAll(() => lambent[Symbol.asyncDispose]());

  test("an AWS_IAM URL wants a signature, and takes everybody for whom he says he is", async () => {
    expect(await callUrl(url)).toMatchObject(forbidden);
    expect(await callUrl(url, { headers: { authorization: "Bearer x" } })).toMatchObject(forbidden);
    const answer = await callSigned(url, { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: wrong }, { path: "/a?b=c" });
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.text)).toMatchObject({
      rawPath: "/a",
      requestContext: {
        accountId: owner,
        authorizer: { iam: { accessKey: "AKIAIOSFODNN7EXAMPLE", accountId: owner, callerId: owner, cognitoIdentity: null, principalOrgId: null, userArn: `arn:aws:iam::${owner}:root`, userId: owner } },
      },
    });
    const other = await callSigned(url, { accessKeyId: guest, secretAccessKey: wrong });
    expect(JSON.parse(other.text)).toMatchObject({ requestContext: { accountId: guest } });
  });

  test("but one for another service or region is refused, as it is on AWS", async () => {
    const key = { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: wrong };
    const refused = { status: 403, headers: { "x-amzn-errortype": "InvalidSignatureException" } };
    expect(await callSigned(url, key, { service: "execute-api" })).toMatchObject(refused);
    expect(await callSigned(url, key, { region: "eu-west-1" })).toMatchObject(refused);
  });
});

describe("with --auth on", () => {
  const dataDirectory = temporaryFolder("url-auth");
  const start = (account: string) => startTestLambent({ auth: "on", memory: "false", dataDirectory, account, logLevel: "error" });
  let lambent: TestLambent;
  let key: Key;
  let open: TestUrl;
  let signed: TestUrl;
  let ofAlias: TestUrl;
  const allow = (FunctionName: string, StatementId: string, Action: string, more: object) =>
    lambent.lambda.send(new AddPermissionCommand({ FunctionName, StatementId, Action, Principal: "*", ...more }));
  const urlRight = { FunctionUrlAuthType: "NONE" } as const;
  const invokeRight = { InvokedViaFunctionUrl: true } as const;

  beforeAll(async () => {
    lambent = await start(owner);
    key = lambent.running.operator;
    for (const name of ["open", "signed", "aliased"]) await createFunction(lambent.lambda, name, echo, { Role: roleOf(owner) });
    await lambent.lambda.send(new CreateAliasCommand({ FunctionName: "aliased", Name: "live", FunctionVersion: "$LATEST" }));
    open = await createUrl(lambent.lambda, "open");
    signed = await createUrl(lambent.lambda, "signed", { AuthType: "AWS_IAM" });
    ofAlias = await createUrl(lambent.lambda, "aliased", { Qualifier: "live" });
  });
  afterAll(() => lambent[Symbol.asyncDispose]());

  test("a NONE URL needs both rights, granted to everybody", async () => {
    expect(await callUrl(open)).toMatchObject(forbidden);
    await allow("open", "url", "lambda:InvokeFunctionUrl", urlRight);
    expect(await callUrl(open)).toMatchObject(forbidden);
    await allow("open", "invoke", "lambda:InvokeFunction", invokeRight);
    const answer = await callUrl(open);
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.text)).toMatchObject({ requestContext: { accountId: "anonymous" } });
    // No other call is open by that.
    expect((await fetch(`${lambent.endpoint}/2015-03-31/functions/open/invocations`, { method: "POST" })).status).toBe(403);

    await lambent.lambda.send(new RemovePermissionCommand({ FunctionName: "open", StatementId: "url" }));
    await allow("open", "url", "lambda:InvokeFunctionUrl", { FunctionUrlAuthType: "AWS_IAM" });
    expect(await callUrl(open)).toMatchObject(forbidden);
    await lambent.lambda.send(new RemovePermissionCommand({ FunctionName: "open", StatementId: "url" }));
    await allow("open", "url", "lambda:InvokeFunctionUrl", { ...urlRight, Principal: owner });
    expect(await callUrl(open)).toMatchObject(forbidden);
  });

  test("the rights of an alias are its own", async () => {
    await allow("aliased", "url", "lambda:InvokeFunctionUrl", urlRight);
    await allow("aliased", "invoke", "lambda:InvokeFunction", invokeRight);
    expect(await callUrl(ofAlias)).toMatchObject(forbidden);
    await allow("aliased", "url", "lambda:InvokeFunctionUrl", { ...urlRight, Qualifier: "live" });
    await allow("aliased", "invoke", "lambda:InvokeFunction", { ...invokeRight, Qualifier: "live" });
    expect((await callUrl(ofAlias)).status).toBe(200);
  });

  test("an AWS_IAM URL is called by whoever is of its account, and says who", async () => {
    const sent = await callSigned(signed, key, { method: "POST", path: "/a%20b", headers: { "content-type": "text/plain", "x-more": "1" }, body: "text" });
    expect(sent.status).toBe(200);
    const event = JSON.parse(sent.text) as { headers: object };
    expect(event).toMatchObject({
      body: "text",
      headers: { "x-more": "1", "x-amz-date": expect.any(String) },
      requestContext: { accountId: owner, authorizer: { iam: { accessKey: key.accessKeyId, userArn: `arn:aws:iam::${owner}:root` } } },
    });
    expect(event.headers).not.toHaveProperty("authorization");

    // A function, with the credentials of its role.
    const { body } = await invoke(lambent.lambda, "open", { keys: true });
    const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = body as Record<string, string>;
    const role: Key = { accessKeyId: AWS_ACCESS_KEY_ID ?? "", secretAccessKey: AWS_SECRET_ACCESS_KEY ?? "", sessionToken: AWS_SESSION_TOKEN ?? "" };
    const { requestContext } = JSON.parse((await callSigned(signed, role)).text) as { requestContext: { authorizer: { iam: Record<string, string> } } };
    const userId = expect.stringMatching(/^AROA[A-Z2-7]{17}:.+$/) as string;
    expect(requestContext.authorizer.iam).toMatchObject({ accountId: owner, accessKey: AWS_ACCESS_KEY_ID, callerId: userId, userId, userArn: expect.stringMatching(new RegExp(`^arn:aws:sts::${owner}:assumed-role/r/`)) });
  });

  test("by its path, and by a link, too", async () => {
    expect((await callSigned(signed, key, { host: `localhost:${signed.port}`, path: `/_lambent/url/${signed.id}/x` })).status).toBe(200);
    const { path, query = {} } = await signerOf(key, {}).presign(drafted(signed, { path: "/x" }), { expiresIn: 60 });
    const link = `${path}?${new URLSearchParams(query as Record<string, string>).toString()}`;
    expect(JSON.parse((await callUrl(signed, { path: link })).text)).toMatchObject({ rawPath: "/x", requestContext: { accountId: owner } });
    expect((await callUrl(signed, { path: link.replace("/x", "/y") })).status).toBe(403);
  });

  test.each<[string, (url: TestUrl) => Promise<UrlAnswer>, string]>([
    ["by a wrong secret", (url) => callSigned(url, { ...key, secretAccessKey: wrong }), "InvalidSignatureException"],
    ["by an unknown key", (url) => callSigned(url, { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: wrong }), "UnrecognizedClientException"],
    ["for another region", (url) => callSigned(url, key, { region: "eu-west-1" }), "InvalidSignatureException"],
    ["without its body", (url) => callSigned(url, key, { method: "POST", headers: { "x-amz-content-sha256": createHash("sha256").update("other").digest("hex") }, body: "text" }), "InvalidSignatureException"],
    ["with a body that it does not cover", (url) => callSigned(url, key, { method: "POST", headers: { "x-amz-content-sha256": "UNSIGNED-PAYLOAD" }, body: "text" }), "IncompleteSignatureException"],
  ])("one that is signed %s is refused in AWS's words", async (_what, call, type) => {
    const { status, headers, text } = await call(signed);
    expect({ type: headers["x-amzn-errortype"], isRefused: status === 403 || status === 400 }).toEqual({ type, isRefused: true });
    expect(JSON.parse(text)).toHaveProperty("message");
  });

  test("a Deny is kept, in its own account, too", async () => {
    const ResourceArn = `arn:aws:lambda:us-east-1:${owner}:function:denied`;
    await createFunction(lambent.lambda, "denied", echo, { Role: roleOf(owner) });
    const denied = await createUrl(lambent.lambda, "denied", { AuthType: "AWS_IAM" });
    const put = (Condition: object) =>
      lambent.lambda.send(
        new PutResourcePolicyCommand({ ResourceArn, Policy: JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Deny", Principal: "*", Action: "lambda:InvokeFunction*", Resource: ResourceArn, Condition }] }) }),
      );
    await put({ Bool: { "lambda:InvokedViaFunctionUrl": "true" } });
    expect(await callSigned(denied, key)).toMatchObject(forbidden);
    expect((await invoke(lambent.lambda, "denied")).error).toBeUndefined();
    await put({ StringEquals: { "lambda:FunctionUrlAuthType": "NONE" } });
    expect((await callSigned(denied, key)).status).toBe(200);
  });

  test.skipIf(!isInstalled("aws", "--version"))("the commands of docs/function-urls.md open one", { timeout: 60_000 }, async () => {
    await createFunction(lambent.lambda, "hello", echo, { Role: roleOf(owner) });
    const page = readFileSync(new URL("../../../docs/function-urls.md", import.meta.url), "utf8");
    const commands = [/`(aws lambda create-function-url-config [^`]*)`/, /(aws lambda add-permission [^`]*)`/].map((pattern) => pattern.exec(page)?.[1] ?? "");
    const { stdout } = await run("sh", ["-ec", commands.join("\n")], lambent.environment);
    const { host, hostname, port } = new URL(/"FunctionUrl": "([^"]*)"/.exec(stdout)?.[1] ?? "");
    expect((await callUrl({ id: hostname.split(".")[0] ?? "", host, port: Number(port) })).status).toBe(200);
  });

  test.skipIf(!isInstalled("curl", "--version"))("curl signs, too", async () => {
    const { stdout } = await run("curl", ["-sS", "--max-time", "10", "--aws-sigv4", "aws:amz:us-east-1:lambda", "--user", `${key.accessKeyId}:${key.secretAccessKey}`, `http://${signed.host}/curl?a=b`], {});
    expect(JSON.parse(stdout)).toMatchObject({ rawPath: "/curl", requestContext: { accountId: owner } });
  });

  test.skipIf(!isInstalled("python3", "-c", "import botocore"))("botocore signs, too", async () => {
    const program = `
import urllib.request, botocore.session
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
request = AWSRequest(method="POST", url="http://127.0.0.1:${signed.port}/_lambent/url/${signed.id}/py?b=1&a=2", data=b"text", headers={"content-type": "text/plain"})
SigV4Auth(botocore.session.get_session().get_credentials(), "lambda", "us-east-1").add_auth(request)
print(urllib.request.urlopen(urllib.request.Request(request.url, request.data, dict(request.headers))).read().decode())
`;
    const { stdout } = await run("python3", ["-c", program], lambent.environment);
    expect(JSON.parse(stdout)).toMatchObject({ rawPath: "/py", rawQueryString: "b=1&a=2", body: "text", requestContext: { accountId: owner } });
  });

  test("another account needs both rights from the policy", async () => {
    const restart = async (account: string): Promise<void> => {
      await lambent[Symbol.asyncDispose]();
      lambent = await start(account);
      // On a port of its own; the URL keeps its id.
      signed = { ...signed, host: signed.host.replace(/\d+$/, new URL(lambent.endpoint).port), port: Number(new URL(lambent.endpoint).port) };
    };
    await allow("signed", "url", "lambda:InvokeFunctionUrl", { FunctionUrlAuthType: "AWS_IAM", Principal: guest });
    await restart(guest);
    expect(await callSigned(signed, lambent.running.operator)).toMatchObject(forbidden);
    await restart(owner);
    await allow("signed", "invoke", "lambda:InvokeFunction", { ...invokeRight, Principal: guest });
    await restart(guest);
    const answer = await callSigned(signed, lambent.running.operator);
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.text)).toMatchObject({ requestContext: { accountId: guest, authorizer: { iam: { userArn: `arn:aws:iam::${guest}:root` } } } });
  });
});
