// Every operation that the official client knows and Lambent does not yet: refused by name, whatever was sent.
import * as sdk from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, expect, test } from "vitest";
import { services } from "../../../src/protocol/service-table.ts";
import { coverage } from "../../../tools/coverage.ts";
import { startTestLambent, type TestLambent } from "../../harness/lambent.ts";

const done = (await coverage()).flatMap(({ service, table }) => (service === "lambda" ? table.filter((entry) => entry.done).map(({ operation }) => operation) : []));

let lambent: TestLambent;
beforeAll(async () => void (lambent = await startTestLambent()));
afterAll(() => lambent[Symbol.asyncDispose]());

interface OperationSchema {
  readonly 2: string;
  readonly 3: { readonly http: readonly [method: string, path: string, status: number] };
}

/** Schemas of operations as the client exports them: kind 9, namespace, name, traits. */
const operations = Object.values<unknown>(sdk).filter((value): value is OperationSchema & unknown[] => Array.isArray(value) && value[0] === 9);

test("the list of what is done is of the client's operations", () => {
  expect(operations.length).toBeGreaterThan(80);
  expect(operations.map((operation) => operation[2])).toEqual(expect.arrayContaining(done));
});

test.each(operations.filter((operation) => !done.includes(operation[2])).map((operation) => [operation[2], operation] as const))("%s", async (name, operation) => {
  const command: unknown = Reflect.get(sdk, `${name}Command`);
  if (typeof command !== "function") throw new TypeError(`the client has no ${name}Command`);
  // Only what the client needs to build the path, and what tells GetLayerVersionByArn from ListLayers.
  const labels = operation[3].http[1].matchAll(/\{(\w+)\+?\}/g);
  const input = { Arn: "x", ...Object.fromEntries(Array.from(labels, ([, label = ""]) => [label, "x"])) };
  await expect(lambent.lambda.send(Reflect.construct(command, [input]))).rejects.toMatchObject({
    name: "NotImplementedException",
    message: `Lambent does not serve the operation lambda:${name} yet.`,
    // Not 500, 502, 503 or 504: clients ask again after those.
    $metadata: { httpStatusCode: 501, attempts: 1 },
  });
});

const execution = encodeURIComponent("arn:aws:lambda:us-east-1:000000000000:function:f:1/durable-execution/n/i");
const authorization = "AWS4-HMAC-SHA256 Credential=x/20260101/us-east-1/lambda/aws4_request, SignedHeaders=host, Signature=x";
test.each([
  ["PauseDurableExecution", "POST", "/pause"],
  ["ResumeDurableExecution", "POST", "/resume"],
  ["DeleteDurableExecution", "DELETE", ""],
])("%s, which only newer clients know", async (name, method, path) => {
  const response = await fetch(`${lambent.endpoint}/2025-12-01/durable-executions/${execution}${path}`, { method, headers: { authorization } });
  expect(response.status).toBe(501);
  expect(response.headers.get("x-amzn-errortype")).toBe("NotImplementedException");
  expect(await response.json()).toMatchObject({ message: `Lambent does not serve the operation lambda:${name} yet.` });
});

test("what AWS's newest model has and the client does not is known by name", async () => {
  const covered = (await coverage()).find(({ service }) => service === "lambda");
  const known = services.find(({ name }) => name === "lambda")?.newerOperations?.map(({ name }) => name);
  expect(known?.toSorted()).toEqual(covered?.unknownToClient.toSorted());
});
