// Code signing configurations through the official client.
import {
  CreateCodeSigningConfigCommand,
  DeleteCodeSigningConfigCommand,
  DeleteFunctionCodeSigningConfigCommand,
  GetCodeSigningConfigCommand,
  GetFunctionCodeSigningConfigCommand,
  type LambdaClient,
  ListCodeSigningConfigsCommand,
  ListFunctionsByCodeSigningConfigCommand,
  ListTagsCommand,
  PutFunctionCodeSigningConfigCommand,
  UpdateCodeSigningConfigCommand,
} from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { arnOf, refusal, says } from "../../harness/functions.ts";
import { createFunction, startTestLambent, type TestLambent } from "../../harness/lambent.ts";

let lambent: TestLambent;
let lambda: LambdaClient;
beforeAll(async () => {
  lambent = await startTestLambent();
  ({ lambda } = lambent);
  await createFunction(lambda, "plain", says("x"));
});
afterAll(() => lambent[Symbol.asyncDispose]());

const AllowedPublishers = { SigningProfileVersionArns: ["arn:aws:signer:us-east-1:000000000000:/signing-profiles/mine/abcdefghij"] };
const missing = "arn:aws:lambda:us-east-1:000000000000:code-signing-config:csc-00000000000000000";

describe("a code signing configuration", () => {
  test("is created, changed, given to a function, listed and deleted", async () => {
    const created = await lambda.send(new CreateCodeSigningConfigCommand({ AllowedPublishers, Description: "ours", Tags: { team: "a" } }));
    expect(created.$metadata.httpStatusCode).toBe(201);
    const { CodeSigningConfigArn = "", CodeSigningConfigId } = created.CodeSigningConfig ?? {};
    expect(CodeSigningConfigArn).toBe(`arn:aws:lambda:us-east-1:000000000000:code-signing-config:${CodeSigningConfigId}`);
    expect(CodeSigningConfigId).toMatch(/^csc-[a-z0-9]{17}$/);
    expect((await lambda.send(new ListTagsCommand({ Resource: CodeSigningConfigArn }))).Tags).toEqual({ team: "a" });

    const CodeSigningPolicies = { UntrustedArtifactOnDeployment: "Enforce" } as const;
    const updated = await lambda.send(new UpdateCodeSigningConfigCommand({ CodeSigningConfigArn, CodeSigningPolicies }));
    const found = await lambda.send(new GetCodeSigningConfigCommand({ CodeSigningConfigArn }));
    expect(found.CodeSigningConfig).toEqual(updated.CodeSigningConfig);
    expect(found.CodeSigningConfig).toMatchObject({ AllowedPublishers, CodeSigningPolicies, Description: "ours" });
    expect((await lambda.send(new ListCodeSigningConfigsCommand({}))).CodeSigningConfigs).toEqual([found.CodeSigningConfig]);

    const FunctionName = "plain";
    const put = await lambda.send(new PutFunctionCodeSigningConfigCommand({ FunctionName, CodeSigningConfigArn }));
    expect(put).toMatchObject({ FunctionName, CodeSigningConfigArn, $metadata: { httpStatusCode: 200 } });
    expect(await lambda.send(new GetFunctionCodeSigningConfigCommand({ FunctionName: arnOf(FunctionName) }))).toMatchObject({ FunctionName, CodeSigningConfigArn });
    const users = await lambda.send(new ListFunctionsByCodeSigningConfigCommand({ CodeSigningConfigArn }));
    expect(users.FunctionArns).toEqual([arnOf(FunctionName)]);
    const deletion = () => lambda.send(new DeleteCodeSigningConfigCommand({ CodeSigningConfigArn }));
    await expect(deletion()).rejects.toMatchObject(refusal(409, "ResourceConflictException", /plain$/));
    expect((await lambda.send(new DeleteFunctionCodeSigningConfigCommand({ FunctionName }))).$metadata.httpStatusCode).toBe(204);
    expect((await deletion()).$metadata.httpStatusCode).toBe(204);
  });

  test("that is not there is not found, without a type", async () => {
    const { headers, body } = await rawGet(missing);
    expect(headers.get("x-amzn-errortype")).toBe("ResourceNotFoundException");
    expect(body).toEqual({ message: `The Lambda code signing configuration ${missing} can not be found.` });
    await expect(lambda.send(new GetCodeSigningConfigCommand({ CodeSigningConfigArn: missing }))).rejects.toMatchObject(
      refusal(404, "ResourceNotFoundException", `The Lambda code signing configuration ${missing} can not be found.`),
    );
    await expect(lambda.send(new PutFunctionCodeSigningConfigCommand({ FunctionName: "plain", CodeSigningConfigArn: missing }))).rejects.toMatchObject({
      ...refusal(404, "CodeSigningConfigNotFoundException", /^The code signing configuration cannot be found\./),
      Type: "User",
    });
  });
});

async function rawGet(arn: string): Promise<{ headers: Headers; body: unknown }> {
  const response = await fetch(`${lambent.endpoint}/2020-04-22/code-signing-configs/${encodeURIComponent(arn)}`);
  return { headers: response.headers, body: await response.json() };
}
