// Account and region come from the credential scope of a request, and each pair is a world of its own.
import { CreateFunctionCommand, DeleteFunctionCommand, GetFunctionCommand, LambdaClient, ListFunctionsCommand } from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, expect, test } from "vitest";
import { invoke, refusal, says } from "../../harness/functions.ts";
import { createFunction, startTestLambent, type TestLambent } from "../../harness/lambent.ts";

let lambent: TestLambent;
beforeAll(async () => void (lambent = await startTestLambent({ account: "999999999999", region: "eu-central-1" })));
afterAll(() => lambent[Symbol.asyncDispose]());

const clientOf = (accessKeyId: string, region: string): LambdaClient =>
  new LambdaClient({ endpoint: lambent.endpoint, region, credentials: { accessKeyId, secretAccessKey: "any" }, maxAttempts: 1 });

const whoAmI = { "index.mjs": "export const handler = async (_, context) => [context.invokedFunctionArn, process.env.AWS_REGION];" };
const namesOf = async (client: LambdaClient) => (await client.send(new ListFunctionsCommand({}))).Functions?.map(({ FunctionArn }) => FunctionArn);

test("functions of one name live side by side in two accounts and two regions", async () => {
  const places = [["111111111111", "eu-west-1"], ["222222222222", "eu-west-1"], ["111111111111", "us-west-2"]] as const;
  for (const [account, region] of places) {
    const client = clientOf(account, region);
    await createFunction(client, "same", whoAmI, { Role: `arn:aws:iam::${account}:role/r` });
    const arn = `arn:aws:lambda:${region}:${account}:function:same`;
    expect((await invoke(client, "same")).body).toEqual([arn, region]);
    expect(await namesOf(client)).toEqual([arn]);
  }
  await clientOf("111111111111", "eu-west-1").send(new DeleteFunctionCommand({ FunctionName: "same" }));
  expect(await namesOf(clientOf("111111111111", "eu-west-1"))).toEqual([]);
  for (const [account, region] of places.slice(1)) expect(await namesOf(clientOf(account, region))).toHaveLength(1);
});

test("another account's function is refused, another region's is not reachable", async () => {
  const own = clientOf("333333333333", "eu-west-1");
  const theirs = "arn:aws:lambda:eu-west-1:222222222222:function:same";
  await expect(own.send(new GetFunctionCommand({ FunctionName: theirs }))).rejects.toMatchObject({ name: "AccessDeniedException", $metadata: { httpStatusCode: 403 } });
  await expect(invoke(own, theirs)).rejects.toMatchObject({ name: "AccessDeniedException" });
  await expect(invoke(own, "arn:aws:lambda:us-west-2:333333333333:function:same")).rejects.toMatchObject(
    refusal(404, "ResourceNotFoundException", "Functions from 'us-west-2' are not reachable in this region ('eu-west-1')"),
  );
});

test("an access key that is no account id, and a request without a signature, speak for the account of the settings", async () => {
  const client = clientOf("AKIAIOSFODNN7EXAMPLE", "eu-central-1");
  const Role = "arn:aws:iam::999999999999:role/r";
  await createFunction(client, "default", says("x"), { Role });
  const FunctionArn = "arn:aws:lambda:eu-central-1:999999999999:function:default";
  expect(await namesOf(lambent.lambda)).toEqual([FunctionArn]);
  const unsigned = await fetch(`${lambent.endpoint}/2015-03-31/functions/`);
  expect(await unsigned.json()).toMatchObject({ Functions: [{ FunctionArn }] });
});

test("a region that is none is refused", async () => {
  const client = clientOf("111111111111", "nowhere");
  await expect(client.send(new CreateFunctionCommand({ FunctionName: "f", Role: "arn:aws:iam::111111111111:role/r", Code: {} }))).rejects.toMatchObject(
    refusal(403, "InvalidSignatureException", "Credential should be scoped to a valid region, not 'nowhere'."),
  );
});
