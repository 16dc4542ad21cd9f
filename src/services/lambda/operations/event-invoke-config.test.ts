// PutFunctionEventInvokeConfig and its family: control-plane.md, section 7.
import { describe, expect, test } from "vitest";
import { functionArn, openLambdaRoom, type LambdaRoom } from "../../../../test/harness/lambda-room.ts";

const queue = "arn:aws:sqs:eu-west-1:000000000000:q";
const topic = "arn:aws:sns:eu-west-1:000000000000:t";
const bucket = "arn:aws:s3:::b";

/** `f` with version 1 and alias `live`, and `g`. */
async function openRoom(): Promise<LambdaRoom> {
  const room = await openLambdaRoom();
  await room.create("f", { Publish: true });
  await room.create("g");
  await room.call("CreateAlias", { FunctionName: "f", Name: "live", FunctionVersion: "1" });
  return room;
}

const put = (room: LambdaRoom, more: object = {}) =>
  room.call("PutFunctionEventInvokeConfig", { FunctionName: "f", MaximumRetryAttempts: 1, ...more });
const get = (room: LambdaRoom, Qualifier?: string) =>
  room.call("GetFunctionEventInvokeConfig", { FunctionName: "f", Qualifier });

test("PUT replaces, POST merges", async () => {
  await using room = await openRoom();
  expect(await put(room, { DestinationConfig: { OnSuccess: { Destination: queue } } })).toEqual({
    LastModified: new Date(room.clock.now()),
    FunctionArn: functionArn("f", "$LATEST"),
    MaximumRetryAttempts: 1,
    DestinationConfig: { OnSuccess: { Destination: queue }, OnFailure: {} },
  });
  room.clock.advance(1000);
  const update = { FunctionName: "f", MaximumEventAgeInSeconds: 60 };
  const merged = await room.call("UpdateFunctionEventInvokeConfig", update);
  expect(merged).toEqual({
    LastModified: new Date(room.clock.now()),
    FunctionArn: functionArn("f", "$LATEST"),
    MaximumRetryAttempts: 1,
    MaximumEventAgeInSeconds: 60,
    DestinationConfig: { OnSuccess: { Destination: queue }, OnFailure: {} },
  });
  expect(await get(room, "$LATEST")).toEqual(merged);
  const moved = await room.call("UpdateFunctionEventInvokeConfig", {
    FunctionName: "f",
    MaximumRetryAttempts: 0,
    DestinationConfig: { OnFailure: { Destination: topic } },
  });
  expect(moved).toMatchObject({
    MaximumRetryAttempts: 0,
    MaximumEventAgeInSeconds: 60,
    DestinationConfig: { OnSuccess: {}, OnFailure: { Destination: topic } },
  });
  const replaced = await put(room, { MaximumRetryAttempts: 0 });
  expect(replaced.MaximumEventAgeInSeconds).toBeUndefined();
  expect(replaced.DestinationConfig).toEqual({ OnSuccess: {}, OnFailure: {} });
});

test("each qualifier has its own, which a publish does not copy and a deletion takes along", async () => {
  await using room = await openRoom();
  for (const Qualifier of [undefined, "1", "live"]) await put(room, { Qualifier });
  const list = async () =>
    (await room.call("ListFunctionEventInvokeConfigs", { FunctionName: "f" })).FunctionEventInvokeConfigs?.map(
      ({ FunctionArn }) => FunctionArn,
    );
  expect(await list()).toEqual(["$LATEST", "1", "live"].map((qualifier) => functionArn("f", qualifier)));

  await room.call("UpdateFunctionConfiguration", { FunctionName: "f", Timeout: 9 });
  await room.deploy();
  await room.call("PublishVersion", { FunctionName: "f" });
  await room.deploy();
  await expect(get(room, "2")).rejects.toMatchObject({
    status: 404,
    message: `The function ${functionArn("f", "2")} doesn't have an EventInvokeConfig`,
  });
  await room.call("DeleteAlias", { FunctionName: "f", Name: "live" });
  expect(await list()).toEqual(["$LATEST", "1"].map((qualifier) => functionArn("f", qualifier)));
  await room.call("DeleteFunction", { FunctionName: "f", Qualifier: "1" });
  expect(await list()).toEqual([functionArn("f", "$LATEST")]);
  await room.call("DeleteFunction", { FunctionName: "f" });
  await room.create("f");
  expect(await list()).toEqual([]);
});

test("a list goes page by page", async () => {
  await using room = await openRoom();
  for (const Qualifier of [undefined, "1", "live"]) await put(room, { Qualifier });
  const first = await room.call("ListFunctionEventInvokeConfigs", { FunctionName: "f", MaxItems: 2 });
  const second = await room.call("ListFunctionEventInvokeConfigs", { FunctionName: "f", MaxItems: 2, Marker: first.NextMarker });
  expect([first, second].map((page) => page.FunctionEventInvokeConfigs?.length)).toEqual([2, 1]);
  expect(second).not.toHaveProperty("NextMarker");
});

test("is not written for a function that another process deletes just then", async () => {
  await using room = await openRoom();
  await using other = await openLambdaRoom({ store: room.store, firstId: 1_000_000 });
  room.beforeNextCommit(() => other.call("DeleteFunction", { FunctionName: "f" }));
  await expect(put(room)).rejects.toMatchObject({ message: "The function doesn't exist." });
});

describe("refused", () => {
  const failing = (Destination: string) => ({ DestinationConfig: { OnFailure: { Destination } } });
  const invalid = (onSuccess: string, onFailure: string): string =>
    `The provided destination config DestinationConfig(onSuccess=${onSuccess}, onFailure=${onFailure}) is invalid.`;
  test.each<[string, object, number, string]>([
    [
      "nothing to set",
      { MaximumRetryAttempts: undefined },
      400,
      "You must specify at least one of error handling or destination setting.",
    ],
    ["a missing function", { FunctionName: "h" }, 404, "The function doesn't exist."],
    ["a missing version", { Qualifier: "2" }, 404, "The function doesn't exist."],
    ["a missing alias", { Qualifier: "dead" }, 404, "The function doesn't exist."],
    ["a missing destination", failing(functionArn("h")), 400, `The destination ARN ${functionArn("h")} is invalid.`],
    [
      "another kind of Lambda's resources",
      failing("arn:aws:lambda:eu-west-1:000000000000:layer:g"),
      400,
      "The destination ARN arn:aws:lambda:eu-west-1:000000000000:layer:g is invalid.",
    ],
    ["itself", failing(functionArn("f")), 400, "You can't specify the function as a destination for itself."],
    ["its own alias", failing(functionArn("f", "live")), 400, "You can't specify the function as a destination for itself."],
    [
      "a service that takes no records",
      { DestinationConfig: { OnSuccess: { Destination: "arn:aws:dynamodb:eu-west-1:000000000000:table/t" } } },
      400,
      invalid("OnSuccess(destination=arn:aws:dynamodb:eu-west-1:000000000000:table/t)", "null"),
    ],
    [
      "a bucket for successes",
      { DestinationConfig: { OnSuccess: { Destination: bucket }, OnFailure: { Destination: topic } } },
      400,
      invalid(`OnSuccess(destination=${bucket})`, `OnFailure(destination=${topic})`),
    ],
    [
      "a bucket, which nothing is delivered to yet",
      failing(bucket),
      400,
      "Lambent does not apply DestinationConfig.OnFailure with a bucket yet and stores no setting that it does not apply: records are not written to S3; use a queue, a topic, an event bus or a function.",
    ],
    ["a Kafka topic", failing("kafka://topic"), 400, invalid("null", "OnFailure(destination=kafka://topic)")],
  ])("%s", async (_what, input, status, message) => {
    await using room = await openRoom();
    await expect(put(room, input)).rejects.toMatchObject({ status, message });
  });

  test("what has no configuration", async () => {
    await using room = await openRoom();
    const message = `The function ${functionArn("f", "$LATEST")} doesn't have an EventInvokeConfig`;
    const input = { FunctionName: "f" };
    await expect(get(room)).rejects.toMatchObject({ status: 404, message });
    await expect(room.call("DeleteFunctionEventInvokeConfig", input)).rejects.toMatchObject({ status: 404, message });
    await expect(
      room.call("UpdateFunctionEventInvokeConfig", { ...input, MaximumRetryAttempts: 1 }),
    ).rejects.toMatchObject({ status: 404, message });
    await expect(
      room.call("UpdateFunctionEventInvokeConfig", { FunctionName: "h", MaximumRetryAttempts: 1 }),
    ).rejects.toMatchObject({ status: 404, message: "The function doesn't exist." });
    await expect(room.call("ListFunctionEventInvokeConfigs", { FunctionName: "h" })).rejects.toMatchObject({
      message: "The function doesn't exist.",
    });
  });
});

test.each([queue, topic, functionArn("g"), functionArn("g", "$LATEST"), "arn:aws:events:eu-west-1:000000000000:event-bus/default"])(
  "%s may be told of failures",
  async (Destination) => {
    await using room = await openRoom();
    const { DestinationConfig } = await put(room, { DestinationConfig: { OnFailure: { Destination } } });
    expect(DestinationConfig).toEqual({ OnSuccess: {}, OnFailure: { Destination } });
  },
);

test("a destination that is empty is none", async () => {
  await using room = await openRoom();
  const { DestinationConfig } = await put(room, { DestinationConfig: { OnFailure: { Destination: "" } } });
  expect(DestinationConfig).toEqual({ OnSuccess: {}, OnFailure: {} });
});
