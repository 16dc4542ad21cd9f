import { expect, test } from "vitest";
import type { CallContext } from "../core/context.ts";
import { openLambdaRoom, role, zip, type LambdaRoom } from "../../test/harness/lambda-room.ts";
import type { PendingDeployment } from "./deployments.ts";
import { openFunctions } from "./open-functions.ts";

const createPending = async (
  room: LambdaRoom,
  name: string,
  Publish = false,
  context: Partial<CallContext> = {},
): Promise<void> => {
  const code = { Runtime: "nodejs24.x", Handler: "index.handler", Code: { ZipFile: zip(name) } } as const;
  await room.call("CreateFunction", { FunctionName: name, Role: role, ...code, Publish }, context);
};

const titles = (deployments: readonly PendingDeployment[]): string[] =>
  deployments.map(({ id, version }) => `${id.region} ${id.name}:${version}`).sort();

test("a restart finds everything that waits, in every region, and nothing else", async () => {
  await using room = await openLambdaRoom();
  await room.create("done");
  await room.create("updated");
  await createPending(room, "created", true);
  await room.call("UpdateFunctionConfiguration", { FunctionName: "updated", Timeout: 9 });
  const region = "us-east-1" as typeof room.context.region;
  await createPending(room, "far", false, { region });
  // Another set of parts over the same store: what a new process has.
  const again = openFunctions({ store: room.store, ids: room.ids, runtimeVersions: room.runtimes });
  expect(titles(await again.deployments.pending())).toEqual([
    "eu-west-1 created:$LATEST",
    "eu-west-1 created:1",
    "eu-west-1 updated:$LATEST",
    "us-east-1 far:$LATEST",
  ]);
  again.close();
});

test("tells of each deployment that is asked for, once it is durable", async () => {
  await using room = await openLambdaRoom();
  const told: PendingDeployment[] = [];
  const end = room.functions.deployments.onPending((deployment) => void told.push(deployment));
  await createPending(room, "f", true);
  expect(titles(told)).toEqual(["eu-west-1 f:$LATEST", "eu-west-1 f:1"]);
  end();
  await createPending(room, "g");
  expect(told).toHaveLength(2);
});

test("a failed creation says why", async () => {
  await using room = await openLambdaRoom();
  await createPending(room, "f");
  const [deployment] = await room.functions.deployments.pending();
  if (deployment === undefined) throw new Error("it is pending");
  const failure = { reasonCode: "InvalidZipFileException", reason: "broken" } as const;
  expect(await room.functions.deployments.complete(deployment, { kind: "failed", ...failure })).toBe(true);
  expect(await room.call("GetFunctionConfiguration", { FunctionName: "f" })).toMatchObject({
    State: "Failed",
    StateReason: "broken",
    StateReasonCode: "InvalidZipFileException",
  });
  expect(await room.functions.deployments.pending()).toEqual([]);
});

test("a deployment that was replaced, settled or deleted is not waited for any more", async () => {
  await using room = await openLambdaRoom();
  const { deployments } = room.functions;
  await createPending(room, "f");
  const [first] = await deployments.pending();
  if (first === undefined) throw new Error("it is pending");
  expect(await deployments.complete(first, { kind: "deployed" })).toBe(true);
  expect(await deployments.complete(first, { kind: "deployed" })).toBe(false);
  await room.call("UpdateFunctionConfiguration", { FunctionName: "f", Timeout: 9 });
  expect(await deployments.complete(first, { kind: "deployed" })).toBe(false);
  expect((await room.call("GetFunctionConfiguration", { FunctionName: "f" })).LastUpdateStatus).toBe("InProgress");
  const [second] = await deployments.pending();
  await room.call("DeleteFunction", { FunctionName: "f" });
  expect(second && (await deployments.complete(second, { kind: "deployed" }))).toBe(false);
});

test("a deployment of a function that was deleted does not settle its successor of the same name", async () => {
  await using room = await openLambdaRoom();
  await createPending(room, "f");
  const [former] = await room.functions.deployments.pending();
  await room.call("DeleteFunction", { FunctionName: "f" });
  await createPending(room, "f");
  expect(former && (await room.functions.deployments.complete(former, { kind: "deployed" }))).toBe(false);
});

test("a tag that another process writes at the same time does not lose a completion", async () => {
  await using room = await openLambdaRoom();
  await using other = await openLambdaRoom({ store: room.store, firstId: 1_000_000 });
  await createPending(room, "f");
  const [deployment] = await room.functions.deployments.pending();
  if (deployment === undefined) throw new Error("it is pending");
  const Resource = "arn:aws:lambda:eu-west-1:000000000000:function:f";
  const tagging = ["a", "b", "c", "d"].map((key) => other.call("TagResource", { Resource, Tags: { [key]: "1" } }));
  await Promise.all([...tagging, room.functions.deployments.complete(deployment, { kind: "deployed" })]);
  expect((await room.call("GetFunctionConfiguration", { FunctionName: "f" })).State).toBe("Active");
  expect(await room.call("ListTags", { Resource })).toEqual({ Tags: { a: "1", b: "1", c: "1", d: "1" } });
});

test("a burst of changes delays a completion and fails nobody", async () => {
  await using room = await openLambdaRoom();
  await createPending(room, "f");
  const [deployment] = await room.functions.deployments.pending();
  if (deployment === undefined) throw new Error("it is pending");
  const Resource = "arn:aws:lambda:eu-west-1:000000000000:function:f";
  const burst = Array.from({ length: 200 }, (_, n) => room.call("TagResource", { Resource, Tags: { key: `${n}` } }));
  expect(await room.functions.deployments.complete(deployment, { kind: "deployed" })).toBe(true);
  await Promise.all(burst);
  expect(await room.call("ListTags", { Resource })).toEqual({ Tags: { key: "199" } });
});
