// A Java function as they are built: with the AWS SDK for Java and the types of events, unmodified, from Maven.
import { globSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LambdaClient } from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Missing } from "../../harness/build-cache.ts";
import { invoke } from "../../harness/functions.ts";
import { createFunction, startTestLambent, type TestLambent } from "../../harness/lambent.ts";
import { callUrl, createUrl } from "../../harness/urls.ts";
import { javaRuntime, javaSdkFunction } from "../../runtimes/clients/java.ts";

/** Its files; the reason why there are none. */
const files = await (async (): Promise<Readonly<Record<string, Buffer>> | string> => {
  try {
    const folder = await javaSdkFunction(await javaRuntime("java17"));
    return Object.fromEntries(globSync("{shop/*.class,lib/*.jar}", { cwd: folder }).map((path) => [path, readFileSync(join(folder, path))]));
  } catch (error) {
    if (error instanceof Missing) return error.message;
    throw error;
  }
})();

let lambent: TestLambent;
let lambda: LambdaClient;
beforeAll(async () => {
  lambent = await startTestLambent({ logLevel: "error", runtimesDirectory: join(tmpdir(), "lambent-test-runtimes") });
  ({ lambda } = lambent);
});
afterAll(() => lambent[Symbol.asyncDispose]());

describe.skipIf(typeof files === "string")(`a Java function with the AWS SDK (${typeof files === "string" ? files : "java17"})`, () => {
  const create = (name: string, method: string): Promise<void> =>
    createFunction(lambda, name, files as Readonly<Record<string, Buffer>>, {
      Runtime: "java17",
      Handler: `shop.Orders::${method}`,
      MemorySize: 1024,
      Timeout: 30,
      Environment: { Variables: { BACKEND: "backend" } },
    });

  test("takes a queue's event, invokes another function for each message, and answers with those that failed", async () => {
    await createFunction(lambda, "backend", { "index.mjs": "export const handler = async ({ n }) => { if (n === 2) throw new Error('no'); return n * 10; };" });
    await create("from-queue", "fromQueue");
    const Records = [1, 2].map((n) => ({
      messageId: `message-${n}`,
      receiptHandle: "handle",
      body: JSON.stringify({ n }),
      attributes: { ApproximateReceiveCount: "1" },
      messageAttributes: { kind: { stringValue: "order", stringListValues: [], binaryListValues: [], dataType: "String" } },
      eventSource: "aws:sqs",
      eventSourceARN: "arn:aws:sqs:us-east-1:000000000000:orders",
      awsRegion: "us-east-1",
    }));
    const answer = await invoke(lambda, "from-queue", { Records });
    expect(answer).toMatchObject({ error: undefined, body: { batchItemFailures: [{ itemIdentifier: "message-2" }] } });
    expect(answer.log).toContain("order 10\n");
  });

  test("reads AWS's own errors", async () => {
    await create("missing", "missing");
    expect((await invoke(lambda, "missing", "nowhere")).body).toBe("Function not found: arn:aws:lambda:us-east-1:000000000000:function:nowhere");
  });

  test("answers requests to its URL", async () => {
    await create("from-web", "fromWeb");
    const url = await createUrl(lambda, "from-web");
    const answer = await callUrl(url, { method: "POST", path: "/?name=J%C3%B6rg" });
    expect(answer).toMatchObject({ status: 201, headers: { "x-method": "POST" }, text: "order of Jörg" });
  });
});
