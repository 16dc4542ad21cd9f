import { describe, expect, test } from "vitest";
import { type Asked, echoOf, gatewayParts, ownRoute, pipelineOf, registryOf, textOf } from "./echo.case.ts";

const scope = (service: string, key = "test", region = "eu-west-1"): Record<string, string> => ({
  authorization: `AWS4-HMAC-SHA256 Credential=${key}/20261121/${region}/${service}/aws4_request, SignedHeaders=host, Signature=0`,
});
const target = (name: string): Record<string, string> => ({ "x-amz-target": name, "content-type": "application/x-amz-json-1.0" });
const form = { "content-type": "application/x-www-form-urlencoded; charset=utf-8" };

describe("the service of a request is told", () => {
  const names = ["lambda", "sqs", "sns", "sts", "stepfunctions", "dynamodb", "dynamodbstreams", "cloudwatch", "s3", "ec2", "apigateway"];
  const served = Object.fromEntries(names.map((name) => [name, pipelineOf(gatewayParts({ registry: registryOf([name]) }))]));
  const cases: readonly [string, string, Asked][] = [
    ["by the credential scope", "lambda", { headers: scope("lambda") }],
    ["by a signing name that is not the service's own", "stepfunctions", { headers: scope("states") }],
    ["by the scope of a presigned URL", "s3", { query: "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=k%2F20261121%2Feu-west-1%2Fs3%2Faws4_request" }],
    ["by X-Amz-Target", "sqs", { method: "POST", headers: target("AmazonSQS.SendMessage") }],
    ["by X-Amz-Target where two services sign alike", "dynamodbstreams", { headers: { ...scope("dynamodb"), ...target("DynamoDBStreams_20120810.GetRecords") } }],
    ["by the scope where two services sign alike", "dynamodb", { headers: scope("dynamodb") }],
    ["by the scope where two services sign alike (REST)", "apigateway", { headers: scope("apigateway") }],
    ["by the host", "lambda", { headers: { host: "lambda.us-east-1.localhost:4566" } }],
    ["by the first two labels of the host", "dynamodbstreams", { headers: { host: "streams.dynamodb.localhost" } }],
    ["by Lambda's dated paths", "lambda", { path: "/2015-03-31/functions/f/invocations" }],
    ["by other dated paths of Lambda", "lambda", { path: "/2019-09-25/functions/f/event-invoke-config" }],
    ["by the path of resource policies", "lambda", { path: "/2026-07-09/resource-policy/arn:aws:lambda:us-east-1:000000000000:function:f" }],
    ["by the path of durable callbacks", "lambda", { path: "/2025-12-01/durable-execution-callbacks/abc/succeed" }],
    ["by the path of rpcv2Cbor", "cloudwatch", { path: "/service/GraniteServiceVersion20100801/operation/ListMetrics" }],
    ["by the version of a query", "sqs", { query: "Action=ListQueues&Version=2012-11-05" }],
    ["by the version of a form", "sts", { method: "POST", headers: form, body: "Action=AssumeRoleWithSAML&Version=2011-06-15" }],
  ];
  test.each(cases)("%s: %s", async (_, name, asked) => {
    expect(await served[name]?.(asked)).toMatchObject({ status: 200 });
  });

  test("by a form without using it up", async () => {
    const body = "Action=Publish&Version=2010-03-31&Message=hello";
    const response = await served["sns"]?.({ method: "POST", headers: form, body });
    expect(response && echoOf(response).body).toBe(body);
  });
});

describe("what is served by nobody", () => {
  const ask = pipelineOf(gatewayParts());

  test("is refused by the name of the service", async () => {
    const response = await ask({ headers: scope("redshift") });
    expect(response.status).toBe(501);
    expect(textOf(response)).toContain("redshift");
  });

  test("is refused in the protocol of the request", async () => {
    const json = await ask({ method: "POST", headers: target("AmazonSQS.SendMessage") });
    expect(json.headers["content-type"]).toBe("application/x-amz-json-1.0");
    expect(JSON.parse(textOf(json))).toMatchObject({ __type: "NotImplementedException" });
    const xml = await ask({ method: "POST", headers: form, body: "Action=Publish&Version=2010-03-31" });
    expect(textOf(xml)).toMatch(/^<ErrorResponse><Error><Type>Receiver<\/Type><Code>NotImplementedException<\/Code>/);
    const cbor = await ask({ path: "/service/GraniteServiceVersion20100801/operation/X", headers: { "smithy-protocol": "rpc-v2-cbor" } });
    expect(cbor).toMatchObject({ status: 501, headers: { "smithy-protocol": "rpc-v2-cbor" } });
  });

  test("is refused in a protocol that the service speaks, whatever curl called the body", async () => {
    const response = await ask({ method: "POST", headers: { ...form, ...scope("lambda", "test", "nowhere") } });
    expect(response).toMatchObject({ status: 403, headers: { "content-type": "application/json", "x-amzn-ErrorType": "InvalidSignatureException" } });
  });

  test.each(["/", "/favicon.ico", "/constructor", "/2015-03-31/other"])("%s is refused as unknown", async (path) => {
    expect(await ask({ path })).toMatchObject({ status: 404, headers: { "x-amzn-ErrorType": "UnknownOperationException" } });
  });
});

describe("account and region", () => {
  const ask = pipelineOf(gatewayParts());
  const seen = async (headers: Record<string, string>): Promise<unknown> => echoOf(await ask({ path: "/2015-03-31/functions", headers }));

  test("come from the credential scope", async () => {
    expect(await seen(scope("lambda", "123456789012", "ap-south-1"))).toMatchObject({ account: "123456789012", region: "ap-south-1" });
  });

  test("fall back to the settings where the request does not say", async () => {
    expect(await seen(scope("lambda", "AKIAEXAMPLE"))).toMatchObject({ account: "000000000000", region: "eu-west-1", principal: { kind: "anonymous" } });
    expect(await seen({})).toMatchObject({ account: "000000000000", region: "us-east-1" });
    expect(await seen({ authorization: "Bearer 123" })).toMatchObject({ account: "000000000000" });
  });

  test("are refused when the region is none", async () => {
    const response = await ask({ headers: scope("lambda", "test", "nowhere") });
    expect(response.status).toBe(403);
    expect(textOf(response)).toContain("valid region");
  });
});

describe("routes of Lambent's own", () => {
  const extraRoutes = [ownRoute("/_lambent/health", "open"), ownRoute("/_lambent/blobs/", "open")];
  const ask = pipelineOf(gatewayParts({ extraRoutes }));

  test("are matched whole, or below a final slash", async () => {
    expect(textOf(await ask({ path: "/_lambent/health" }))).toBe("own");
    expect(textOf(await ask({ path: "/_lambent/blobs/1" }))).toBe("own");
    expect(await ask({ path: "/_lambent/health/more" })).toMatchObject({ status: 404 });
    expect(await ask({ path: "/_lambent/blobs" })).toMatchObject({ status: 404 });
  });

  test("are guarded against web pages too", async () => {
    expect(await ask({ path: "/_lambent/health", headers: { origin: "https://evil.example" } })).toMatchObject({ status: 403 });
  });
});
