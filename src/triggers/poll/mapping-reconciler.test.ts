import { setImmediate } from "node:timers/promises";
import { expect, test, vi } from "vitest";
import { openLambdaRoom, type LambdaRoom } from "../../../test/harness/lambda-room.ts";
import { ServiceRegistry } from "../../cloud/registry.ts";
import { silentLogger } from "../../observe/logger.ts";
import { startMappingReconciler } from "./mapping-reconciler.ts";
import { Pollers } from "./pollers.ts";
import { ProcessingResults } from "./processing-results.ts";

const mapping = {
  FunctionName: "f",
  EventSourceArn: "arn:aws:kinesis:eu-west-1:000000000000:stream/s",
  StartingPosition: "LATEST",
  Enabled: false,
} as const;

function reconcilerOf({ functions: { repository, catalog }, clock, ids }: LambdaRoom) {
  const results = new ProcessingResults();
  const engine = { invoke: () => Promise.reject(new Error("nothing is polled")) };
  const pollers = new Pollers({ engine, cloud: new ServiceRegistry(), results, clock, ids, log: silentLogger, sources: new Map(), catalog });
  return startMappingReconciler({ functions: repository, pollers, results, clock, log: silentLogger, updateDelayMs: 1000 });
}

async function stateOf(room: LambdaRoom, UUID: string): Promise<string | undefined> {
  const { EventSourceMappings = [] } = await room.call("ListEventSourceMappings", {});
  return EventSourceMappings.find((found) => found.UUID === UUID)?.State;
}

/** Moves time on once the reconciler has had its turn. */
async function pass(room: LambdaRoom, ms: number): Promise<void> {
  await setImmediate();
  room.clock.advance(ms);
}

test("a change is seen to run for a while, and then settles", async () => {
  await using room = await openLambdaRoom();
  await room.create("f");
  const reconciler = reconcilerOf(room);
  const { UUID = "" } = await room.call("CreateEventSourceMapping", mapping);
  await pass(room, 999);
  expect(await stateOf(room, UUID)).toBe("Creating");
  await pass(room, 1);
  await vi.waitFor(async () => expect(await stateOf(room, UUID)).toBe("Disabled"));
  await room.call("UpdateEventSourceMapping", { UUID, BatchSize: 3 });
  await pass(room, 1000);
  await vi.waitFor(async () => expect(await stateOf(room, UUID)).toBe("Disabled"));
  await room.call("DeleteEventSourceMapping", { UUID });
  await pass(room, 1000);
  await vi.waitFor(async () => expect(await stateOf(room, UUID)).toBeUndefined());
  await reconciler.stop();
});

test("what was left over when it stopped is settled by the next one", async () => {
  await using room = await openLambdaRoom();
  await room.create("f");
  const first = reconcilerOf(room);
  const { UUID = "" } = await room.call("CreateEventSourceMapping", mapping);
  await first.stop();
  expect(await stateOf(room, UUID)).toBe("Creating");
  const second = reconcilerOf(room);
  await vi.waitFor(async () => {
    await pass(room, 1000);
    expect(await stateOf(room, UUID)).toBe("Disabled");
  });
  await second.stop();
});
