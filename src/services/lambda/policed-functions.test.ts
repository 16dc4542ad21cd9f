// Which policy an operation falls under, and that looking at it costs a warm invoke no read of the store.
import { expect, test } from "vitest";
import { functionArn, openLambdaRoom, type LambdaRoom } from "../../../test/harness/lambda-room.ts";
import { authoriser } from "../../cloud/authorise.ts";
import { ServiceRegistry } from "../../cloud/registry.ts";
import type { CallContext } from "../../core/context.ts";
import type { PolicedResource } from "../../core/policed-resource.ts";
import { policedFunctions } from "./policed-functions.ts";
import { lambdaService } from "./service.ts";

const context = { account: "000000000000", region: "eu-west-1" } as CallContext;
const other = "arn:aws:lambda:eu-west-1:222222222222:function:f";
const find = (operation: string, input: Readonly<Record<string, unknown>>): PolicedResource | undefined =>
  policedFunctions({ policyOf: () => undefined })(operation, input, context);

test.each<[string, Readonly<Record<string, unknown>>, string, string]>([
  ["Invoke", { FunctionName: "f" }, "lambda:InvokeFunction", functionArn("f")],
  ["InvokeWithResponseStream", { FunctionName: "f", Qualifier: "prod" }, "lambda:InvokeFunction", functionArn("f", "prod")],
  ["InvokeAsync", { FunctionName: "f" }, "lambda:InvokeFunction", functionArn("f")],
  ["GetFunction", { FunctionName: "f:1" }, "lambda:GetFunction", functionArn("f", "1")],
  ["Invoke", { FunctionName: other }, "lambda:InvokeFunction", other],
  ["Invoke", { FunctionName: `${other}:2` }, "lambda:InvokeFunction", `${other}:2`],
  ["Invoke", { FunctionName: "222222222222:function:f" }, "lambda:InvokeFunction", other],
  ["UpdateAlias", { FunctionName: "f", Name: "prod" }, "lambda:UpdateAlias", functionArn("f")],
  ["PutResourcePolicy", { ResourceArn: other }, "lambda:PutResourcePolicy", other],
  ["TagResource", { Resource: other }, "lambda:TagResource", other],
])("%s of %j is %s on %s", (operation, input, action, arn) => {
  expect(find(operation, input)).toMatchObject({ action, arn, account: arn.split(":")[4] });
});

test.each<[string, Readonly<Record<string, unknown>>]>([
  ["ListFunctions", {}],
  ["TagResource", { Resource: "arn:aws:lambda:eu-west-1:222222222222:event-source-mapping:f1c5d9a0-0000-4000-8000-000000000000" }],
  ["CreateEventSourceMapping", { FunctionName: other }],
  ["Invoke", { FunctionName: "arn:aws:lambda:us-east-1:222222222222:function:f" }],
  ["PublishLayerVersion", { LayerName: "l" }],
])("%s of %j falls under no function's policy", (operation, input) => {
  expect(find(operation, input)).toBeUndefined();
});

function registryOf(room: LambdaRoom): ServiceRegistry {
  const registry = new ServiceRegistry(undefined, authoriser({ isEnforced: true, clock: room.clock }));
  registry.register({
    service: { name: "lambda", operations: lambdaService(room.parts) },
    wire: () => Promise.reject(new Error("not asked for")),
    validator: async () => ({ validate: () => {} }),
    findResource: policedFunctions(room.functions.policies),
  });
  return registry;
}

test("a service of AWS invokes what was granted to it by AddPermission, for the source that was named", async () => {
  await using room = await openLambdaRoom();
  await room.create("f");
  const source = { SourceArn: "arn:aws:s3:::photos", SourceAccount: "222222222222" };
  const bucket: CallContext = {
    ...room.context,
    account: "222222222222" as CallContext["account"],
    principal: { kind: "service", service: "s3.amazonaws.com" },
    sourceArn: source.SourceArn,
    sourceAccount: source.SourceAccount as CallContext["account"],
  };
  const registry = registryOf(room);
  const notify = (caller: CallContext) => registry.call("lambda", "Invoke", { FunctionName: functionArn("f") }, caller);
  await expect(notify(bucket)).rejects.toMatchObject({ code: "AccessDeniedException", message: expect.stringMatching(/^User: s3\.amazonaws\.com is not authorized to perform: lambda:InvokeFunction/) });
  await room.call("AddPermission", { FunctionName: "f", StatementId: "s", Action: "lambda:InvokeFunction", Principal: "s3.amazonaws.com", ...source });
  expect(await notify(bucket)).toMatchObject({ StatusCode: 200 });
  expect(room.invoked.map((request) => request.function)).toEqual([room.id("f")]);
  await expect(notify({ ...bucket, sourceArn: "arn:aws:s3:::other" })).rejects.toMatchObject({ status: 403 });
  await expect(notify({ ...bucket, principal: { kind: "service", service: "sns.amazonaws.com" } })).rejects.toMatchObject({ status: 403 });
  await expect(registry.call("lambda", "GetFunction", { FunctionName: functionArn("f") }, bucket)).rejects.toMatchObject({ status: 403 });
});

test("a warm invoke of a caller who is held to policies reads nothing of the store", async () => {
  await using room = await openLambdaRoom();
  await room.create("plain");
  await room.create("shared");
  await room.call("AddPermission", { FunctionName: "shared", StatementId: "s", Action: "*", Principal: "222222222222" });
  const registry = registryOf(room);
  const owner: CallContext = { ...room.context, principal: { kind: "root", accessKeyId: "AKIA" } };
  const stranger: CallContext = { ...owner, account: "222222222222" as CallContext["account"] };
  const invoke = (FunctionName: string, caller: CallContext) => registry.call("lambda", "Invoke", { FunctionName }, caller);
  const calls = [() => invoke("plain", owner), () => invoke("shared", owner), () => invoke(functionArn("shared"), stranger)];
  for (const call of calls) await call();

  const { repository } = room.functions;
  const reads: unknown[] = [];
  const refuse = (...input: unknown[]): Promise<never> => {
    reads.push(input);
    return Promise.reject(new Error("the store was read"));
  };
  Object.assign(repository, { get: refuse, scan: refuse });
  for (const call of calls) expect(await call()).toMatchObject({ StatusCode: 200 });
  expect(reads).toEqual([]);
});
