// Two accounts on one instance with --auth on, by real signatures: what one may do with the functions of the other. The
// operator's key speaks for the account that the instance was started with; a function's key for that of its role.
import {
  AddPermissionCommand,
  CreateAliasCommand,
  CreateFunctionCommand,
  DeleteResourcePolicyCommand,
  GetFunctionCommand,
  GetPolicyCommand,
  ListFunctionsCommand,
  PutResourcePolicyCommand,
  RemovePermissionCommand,
  UpdateFunctionConfigurationCommand,
} from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { zipOf } from "../../../src/cli/zip.ts";
import { invoke, refusal, says, waitUntilPublished } from "../../harness/functions.ts";
import { createFunction, startTestLambent, temporaryFolder, type TestLambent } from "../../harness/lambent.ts";

const [owner, guest] = ["111111111111", "222222222222"];
const dataDirectory = temporaryFolder("cross-account");
const start = (account: string) => startTestLambent({ auth: "on", memory: "false", dataDirectory, account, logLevel: "error" });
const arnOf = (account: string, name: string): string => `arn:aws:lambda:us-east-1:${account}:function:${name}`;
const roleOf = (account: string): string => `arn:aws:iam::${account}:role/service/r`;

const whoAmI = { "index.mjs": "export const handler = async (_, context) => context.invokedFunctionArn;" };
/** Calls what it is told to call, and answers what it got. */
const caller = {
  "index.mjs": `
    import { LambdaClient, InvokeCommand } from "@aws-sdk/client-lambda";
    const client = new LambdaClient();
    export const handler = async ({ FunctionName }) => {
      try {
        return JSON.parse((await client.send(new InvokeCommand({ FunctionName }))).Payload.transformToString());
      } catch (error) {
        return { name: error.name, status: error.$metadata.httpStatusCode, message: error.message };
      }
    };`,
};
const noneAllows = (user: string, action: string, arn: string): string =>
  `User: ${user} is not authorized to perform: ${action} on resource: ${arn} because no resource-based policy allows the ${action} action`;

let lambent: TestLambent;
const restart = async (account: string): Promise<void> => {
  await lambent[Symbol.asyncDispose]();
  lambent = await start(account);
};
const grant = (FunctionName: string, StatementId: string, Action: string, Principal: string) =>
  lambent.lambda.send(new AddPermissionCommand({ FunctionName, StatementId, Action, Principal }));

beforeAll(async () => {
  lambent = await start(owner);
  const { lambda } = lambent;
  for (const name of ["private", "shared", "for-role"]) await createFunction(lambda, name, whoAmI, { Role: roleOf(owner), Publish: true });
  await waitUntilPublished(lambda, "shared", "1");
  for (const Name of ["open", "closed"]) await lambda.send(new CreateAliasCommand({ FunctionName: "shared", Name, FunctionVersion: "1" }));
  await grant("shared", "invoke", "lambda:InvokeFunction", guest);
  await grant("shared", "get", "lambda:GetFunction", guest);
  await grant("shared", "add", "lambda:AddPermission", guest);
  await grant("shared:open", "invoke", "lambda:InvokeFunction", guest);
  await grant("for-role", "invoke", "lambda:InvokeFunction", roleOf(guest));
});
afterAll(() => lambent[Symbol.asyncDispose]());

describe("in its own account", () => {
  test("a root uses every function, until the function's policy denies it", async () => {
    const ResourceArn = arnOf(owner, "private");
    expect((await invoke(lambent.lambda, "private")).body).toBe(ResourceArn);
    const deny = { Effect: "Deny", Principal: { AWS: owner }, Action: "lambda:InvokeFunction", Resource: ResourceArn };
    await lambent.lambda.send(new PutResourcePolicyCommand({ ResourceArn, Policy: JSON.stringify({ Version: "2012-10-17", Statement: [deny] }) }));
    await expect(invoke(lambent.lambda, "private")).rejects.toMatchObject(
      refusal(
        403,
        "AccessDeniedException",
        `User: arn:aws:iam::${owner}:root is not authorized to perform: lambda:InvokeFunction on resource: ${ResourceArn} with an explicit deny in a resource-based policy`,
      ),
    );
    // Of what is not denied nothing is refused.
    await lambent.lambda.send(new GetFunctionCommand({ FunctionName: "private" }));
    await lambent.lambda.send(new DeleteResourcePolicyCommand({ ResourceArn }));
    expect((await invoke(lambent.lambda, "private")).body).toBe(ResourceArn);
  });

  test("a function gets no role of another account", async () => {
    const input = { FunctionName: "thief", Runtime: "nodejs26.x", Handler: "index.handler", Role: roleOf(guest), Code: { ZipFile: await zipOf(says("x")) } } as const;
    await expect(lambent.lambda.send(new CreateFunctionCommand(input))).rejects.toMatchObject(refusal(403, "AccessDeniedException", "Cross-account pass role is not allowed."));
    await expect(lambent.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: "private", Role: roleOf(guest) }))).rejects.toMatchObject({ name: "AccessDeniedException" });
  });
});

describe("from another account", () => {
  const root = `arn:aws:iam::${guest}:root`;
  const session = `arn:aws:sts::${guest}:assumed-role/r/caller`;
  beforeAll(async () => {
    await restart(guest);
    await createFunction(lambent.lambda, "caller", caller, { Role: roleOf(guest), Timeout: 20 });
  });

  test("a function without a policy for it is refused, missing or not", async () => {
    for (const name of ["private", "missing"]) {
      const arn = arnOf(owner, name);
      await expect(invoke(lambent.lambda, arn)).rejects.toMatchObject(refusal(403, "AccessDeniedException", noneAllows(root, "lambda:InvokeFunction", arn)));
      expect((await invoke(lambent.lambda, "caller", { FunctionName: arn })).body).toEqual({
        name: "AccessDeniedException",
        status: 403,
        message: noneAllows(session, "lambda:InvokeFunction", arn),
      });
    }
  });

  test("one that allows the account runs, in its own account, for a root and for a function", async () => {
    const arn = arnOf(owner, "shared");
    expect((await invoke(lambent.lambda, arn)).body).toBe(arn);
    expect((await invoke(lambent.lambda, "caller", { FunctionName: arn })).body).toBe(arn);
    expect((await lambent.lambda.send(new ListFunctionsCommand({}))).Functions?.map(({ FunctionName }) => FunctionName)).toEqual(["caller"]);
  });

  test("a policy counts for its own qualifier alone", async () => {
    const arn = arnOf(owner, "shared");
    expect((await invoke(lambent.lambda, `${arn}:open`)).body).toBe(`${arn}:open`);
    expect((await invoke(lambent.lambda, arn, {}, { Qualifier: "open" })).body).toBe(`${arn}:open`);
    for (const qualifier of ["closed", "1", "$LATEST", "missing"])
      await expect(invoke(lambent.lambda, `${arn}:${qualifier}`)).rejects.toMatchObject({ message: noneAllows(root, "lambda:InvokeFunction", `${arn}:${qualifier}`) });
  });

  test("one that allows a role runs for the role, and not for the root", async () => {
    const arn = arnOf(owner, "for-role");
    expect((await invoke(lambent.lambda, "caller", { FunctionName: arn })).body).toBe(arn);
    await expect(invoke(lambent.lambda, arn)).rejects.toMatchObject(refusal(403, "AccessDeniedException", noneAllows(root, "lambda:InvokeFunction", arn)));
  });

  test("one that allows calls of a function alone runs for that function", async () => {
    const ResourceArn = arnOf(owner, "shared");
    const statementFor = (name: string) => ({
      Effect: "Allow",
      Principal: { AWS: guest },
      Action: "lambda:*",
      Resource: `${ResourceArn}:closed`,
      Condition: { ArnEquals: { "lambda:SourceFunctionArn": arnOf(guest, name) } },
    });
    const put = async (name: string) => {
      await restart(owner);
      const policy = { ResourceArn: `${ResourceArn}:closed`, Policy: JSON.stringify({ Version: "2012-10-17", Statement: statementFor(name) }) };
      await lambent.lambda.send(new PutResourcePolicyCommand(policy));
      await restart(guest);
      return (await invoke(lambent.lambda, "caller", { FunctionName: policy.ResourceArn })).body;
    };
    expect(await put("another")).toMatchObject({ name: "AccessDeniedException" });
    expect(await put("caller")).toBe(`${ResourceArn}:closed`);
    await expect(invoke(lambent.lambda, `${ResourceArn}:closed`)).rejects.toMatchObject({ name: "AccessDeniedException" });
    await restart(owner);
    await lambent.lambda.send(new DeleteResourcePolicyCommand({ ResourceArn: `${ResourceArn}:closed` }));
    await restart(guest);
  });

  test("other operations run in the owner's account as far as they are allowed", async () => {
    const FunctionName = arnOf(owner, "shared");
    const { Configuration } = await lambent.lambda.send(new GetFunctionCommand({ FunctionName }));
    expect(Configuration?.FunctionArn).toBe(FunctionName);
    await expect(lambent.lambda.send(new GetPolicyCommand({ FunctionName }))).rejects.toMatchObject({ message: noneAllows(root, "lambda:GetPolicy", FunctionName) });
    // Allowed to give permissions, it gives itself another.
    await grant(FunctionName, "more", "lambda:GetPolicy", guest);
    const { Policy } = await lambent.lambda.send(new GetPolicyCommand({ FunctionName }));
    expect(Policy).toContain(`"Sid":"more","Effect":"Allow","Principal":{"AWS":"${root}"},"Action":"lambda:GetPolicy","Resource":"${FunctionName}"`);
  });

  test("a permission that is taken back is gone at once", async () => {
    await restart(owner);
    await lambent.lambda.send(new RemovePermissionCommand({ FunctionName: "shared", StatementId: "invoke" }));
    await restart(guest);
    const arn = arnOf(owner, "shared");
    await expect(invoke(lambent.lambda, arn)).rejects.toMatchObject({ message: noneAllows(root, "lambda:InvokeFunction", arn) });
    await grant(arn, "again", "lambda:InvokeFunction", guest);
    expect((await invoke(lambent.lambda, arn)).body).toBe(arn);
    const { lambda } = lambent;
    await lambda.send(new AddPermissionCommand({ FunctionName: arn, StatementId: "remove", Action: "lambda:RemovePermission", Principal: guest }));
    await lambda.send(new RemovePermissionCommand({ FunctionName: arn, StatementId: "again" }));
    await expect(invoke(lambda, arn)).rejects.toMatchObject({ message: noneAllows(root, "lambda:InvokeFunction", arn) });
  });
});
