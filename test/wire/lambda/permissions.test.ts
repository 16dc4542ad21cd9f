// Resource policies through the official clients.
import {
  AddPermissionCommand,
  CreateAliasCommand,
  DeleteAliasCommand,
  DeleteResourcePolicyCommand,
  GetPolicyCommand,
  GetResourcePolicyCommand,
  PutResourcePolicyCommand,
  RemovePermissionCommand,
} from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { arnOf, refusal, says, uuid } from "../../harness/functions.ts";
import { createFunction, startTestLambent, temporaryFolder, type TestLambent } from "../../harness/lambent.ts";
import { isInstalled, run } from "../../harness/program.ts";

const FunctionName = "f";
const forBucket = {
  StatementId: "bucket",
  Action: "lambda:InvokeFunction",
  Principal: "s3.amazonaws.com",
  SourceArn: "arn:aws:s3:::b",
  SourceAccount: "123456789012",
};
const statement =
  `{"Sid":"bucket","Effect":"Allow","Principal":{"Service":"s3.amazonaws.com"},"Action":"lambda:InvokeFunction","Resource":"${arnOf("f")}",` +
  '"Condition":{"StringEquals":{"AWS:SourceAccount":"123456789012"},"ArnLike":{"AWS:SourceArn":"arn:aws:s3:::b"}}}';

describe("with the official client", () => {
  const flags = { memory: "false", dataDirectory: temporaryFolder("permissions") } as const;
  let lambent: TestLambent;
  beforeAll(async () => {
    lambent = await startTestLambent(flags);
    await createFunction(lambent.lambda, FunctionName, says("x"), { Publish: true });
  });
  afterAll(() => lambent[Symbol.asyncDispose]());
  const getPolicy = (Qualifier?: string) => lambent.lambda.send(new GetPolicyCommand({ FunctionName, Qualifier }));

  test("a permission is added, shown and kept over a restart, and removed", async () => {
    const { $metadata: add, ...added } = await lambent.lambda.send(new AddPermissionCommand({ FunctionName, ...forBucket }));
    expect([add.httpStatusCode, added]).toEqual([201, { Statement: statement }]);
    await expect(lambent.lambda.send(new AddPermissionCommand({ FunctionName, ...forBucket }))).rejects.toMatchObject(
      refusal(409, "ResourceConflictException", /^The statement id \(bucket\) provided already exists\./),
    );
    const { $metadata: get, ...found } = await getPolicy();
    expect(get.httpStatusCode).toBe(200);
    expect(found).toStrictEqual({ Policy: `{"Version":"2012-10-17","Id":"default","Statement":[${statement}]}`, RevisionId: expect.stringMatching(uuid) });

    await lambent[Symbol.asyncDispose]();
    lambent = await startTestLambent(flags);
    expect(await getPolicy()).toMatchObject(found);

    const stale = new RemovePermissionCommand({ FunctionName, StatementId: "bucket", RevisionId: "00000000-0000-4000-8000-000000000000" });
    await expect(lambent.lambda.send(stale)).rejects.toMatchObject(refusal(412, "PreconditionFailedException", /Call the GetPolicy API/));
    const { $metadata: removed } = await lambent.lambda.send(new RemovePermissionCommand({ FunctionName, StatementId: "bucket" }));
    expect(removed.httpStatusCode).toBe(204);
    await expect(getPolicy()).rejects.toMatchObject({ ...refusal(404, "ResourceNotFoundException", "The resource you requested does not exist."), Type: "User" });
  });

  test("an alias' policy goes with the alias", async () => {
    const alias = { FunctionName, Name: "prod", FunctionVersion: "1" };
    await lambent.lambda.send(new CreateAliasCommand(alias));
    await lambent.lambda.send(new AddPermissionCommand({ FunctionName, ...forBucket, Qualifier: "prod" }));
    expect((await getPolicy("prod")).Policy).toContain(`"Resource":"${arnOf("f", "prod")}"`);
    await lambent.lambda.send(new DeleteAliasCommand(alias));
    await lambent.lambda.send(new CreateAliasCommand(alias));
    await expect(getPolicy("prod")).rejects.toMatchObject({ name: "ResourceNotFoundException" });
  });

  test("a whole policy is put, shown and deleted by ARN", async () => {
    const ResourceArn = arnOf("f");
    const whole = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"123456789012"},"Action":"lambda:*","Resource":"${ResourceArn}"}]}`;
    const { $metadata: put, ...written } = await lambent.lambda.send(new PutResourcePolicyCommand({ ResourceArn, Policy: whole }));
    expect([put.httpStatusCode, written]).toEqual([200, { Policy: whole, RevisionId: expect.stringMatching(uuid) }]);
    expect(await lambent.lambda.send(new GetResourcePolicyCommand({ ResourceArn }))).toMatchObject(written);
    expect(await getPolicy()).toMatchObject(written);
    await expect(lambent.lambda.send(new PutResourcePolicyCommand({ ResourceArn, Policy: whole.replace('{"AWS":"123456789012"}', '"*"') }))).rejects.toMatchObject(
      refusal(400, "PublicPolicyException", /would grant public access/),
    );
    const stale = { ResourceArn, RevisionId: "00000000-0000-4000-8000-000000000000" };
    await expect(lambent.lambda.send(new DeleteResourcePolicyCommand(stale))).rejects.toMatchObject(refusal(412, "PreconditionFailedException", /does not match/));
    const { $metadata: deleted } = await lambent.lambda.send(new DeleteResourcePolicyCommand({ ResourceArn }));
    expect(deleted.httpStatusCode).toBe(204);
    await expect(lambent.lambda.send(new GetResourcePolicyCommand({ ResourceArn }))).rejects.toMatchObject({ name: "ResourceNotFoundException" });
  });

  test("names that AWS's model does not allow are refused before all else", async () => {
    await expect(lambent.lambda.send(new AddPermissionCommand({ FunctionName, ...forBucket, StatementId: "a b" }))).rejects.toMatchObject(
      refusal(400, "ValidationException", /Value 'a b' at 'statementId' failed to satisfy constraint: Member must satisfy regular expression pattern: \(\[a-zA-Z0-9-_\]\+\)$/),
    );
  });

  test.skipIf(!isInstalled("aws", "--version"))("the AWS CLI adds and shows one", { timeout: 60_000 }, async () => {
    const aws = async (...args: string[]) => JSON.parse((await run("aws", ["lambda", ...args, "--output", "json"], lambent.environment)).stdout) as Record<string, string>;
    const options = ["--statement-id", "bucket", "--action", "lambda:InvokeFunction", "--principal", "s3.amazonaws.com"];
    const source = ["--source-arn", "arn:aws:s3:::b", "--source-account", "123456789012"];
    expect(await aws("add-permission", "--function-name", FunctionName, ...options, ...source)).toEqual({ Statement: statement });
    expect((await aws("get-policy", "--function-name", FunctionName))["Policy"]).toContain(statement);
  });
});
