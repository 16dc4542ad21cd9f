// Provisioned concurrency of the engine with scripted sandboxes: what is set becomes environments, and stays so.
import { beforeEach, describe, expect, test } from "vitest";
import { functionId, functionVersion, settle, startTestEngine, textOf, type TestEngine } from "../../../test/harness/engine.ts";
import type { ScriptedGuest } from "../../../test/harness/scripted-driver.ts";
import type { FunctionVersion } from "../../functions/function-version.ts";

let engine: TestEngine;
let version: FunctionVersion;
/** Guests that ran an event and have not answered it. */
let busy: ScriptedGuest[];

beforeEach(() => {
  engine = startTestEngine();
  version = functionVersion("f");
  busy = [];
  engine.catalog.put(version);
  engine.driver.onStart = (guest) => {
    guest.onInvoke = () => void busy.push(guest);
    guest.next();
  };
  engine.engine.start();
});

let wishes = 0;
/** Sets it for `$LATEST`, which a test catalog has, and lets it be applied. */
async function provision(executions: number | undefined, qualifier = "$LATEST"): Promise<string> {
  wishes += 1;
  const allocationId = `wish-${wishes}`;
  const record = executions === undefined ? undefined : { functionName: "f", qualifier, executions, lastModifiedMs: 0, allocationId };
  engine.catalog.account.provision("f", qualifier, record);
  await settle();
  return allocationId;
}

const stateOf = (allocationId: string) => engine.engine.provisioned(functionId("f"), allocationId);
const typeOf = (guest: ScriptedGuest | undefined) => guest?.launch.environment["AWS_LAMBDA_INITIALIZATION_TYPE"];
const answer = (guest: ScriptedGuest | undefined): void => {
  guest?.respond(guest.invokes.at(-1)?.meta["requestId"], `"${guest.id}"`);
  guest?.next();
};

/** Who ran it. */
async function invokeOnce(): Promise<string> {
  const outcome = engine.invoke("f");
  await settle();
  answer(busy.shift());
  return JSON.parse(textOf((await outcome).payload)) as string;
}

describe("provisioned environments", () => {
  test("are started without an invoke, and say so in variable and log", async () => {
    const id = await provision(3);
    expect(engine.driver.guests.map(typeOf)).toEqual(Array.from({ length: 3 }, () => "provisioned-concurrency"));
    expect(stateOf(id)).toEqual({ allocated: 3, available: 3, failed: false });
    const lines = engine.logs.lines.filter((line) => line.startsWith("INIT"));
    expect(lines.filter((line) => line.startsWith("INIT_START Runtime Version: "))).toHaveLength(3);
    expect(lines.filter((line) => /^INIT_REPORT Init Duration: \d+\.\d\d ms\tPhase: init\t$/.test(line))).toHaveLength(3);
  });

  test("come before those on demand, and give way to them when all are busy", async () => {
    await invokeOnce();
    await provision(1);
    const [onDemand, provisioned] = engine.driver.guests;
    const first = engine.invoke("f");
    const second = engine.invoke("f");
    await settle();
    expect(busy).toEqual([provisioned, onDemand]);
    busy.forEach(answer);
    await Promise.all([first, second]);
    expect(engine.driver.guests).toHaveLength(2);
    const { log } = { log: engine.logs.lines.filter((line) => line.startsWith("REPORT")) };
    expect(log.filter((line) => line.includes("Init Duration"))).toHaveLength(1);
  });

  test("are kept however long they are idle", async () => {
    await provision(2);
    engine.clock.advance(100 * 600_000);
    await settle();
    expect(engine.driver.running).toHaveLength(2);
  });

  test("become fewer and more as is asked for: the busy ones after their invoke", async () => {
    await provision(2);
    const outcomes = [engine.invoke("f"), engine.invoke("f")];
    await settle();
    const id = await provision(1);
    expect(engine.driver.running).toHaveLength(2);
    expect(stateOf(id)).toEqual({ allocated: 1, available: 1, failed: false });
    busy.forEach(answer);
    await Promise.all(outcomes);
    await settle();
    expect(engine.driver.running).toHaveLength(1);
    await provision(3);
    expect(engine.driver.running).toHaveLength(3);
    await provision(undefined);
    expect(engine.driver.running).toHaveLength(0);
    expect(engine.heldCode.count).toBe(0);
  });

  test("are replaced: at once after an invoke that killed one, a second later when it died by itself", async () => {
    const id = await provision(1);
    const outcome = engine.invoke("f");
    await settle();
    busy[0]?.exit({ exitCode: 1 });
    expect((await outcome).functionError).toBe("Unhandled");
    await settle();
    expect(engine.driver.guests).toHaveLength(2);
    expect(stateOf(id)).toEqual({ allocated: 1, available: 1, failed: false });
    engine.driver.last.exit({ exitCode: 1 });
    await settle();
    expect(stateOf(id)).toEqual({ allocated: 0, available: 0, failed: false });
    engine.clock.advance(1000);
    await settle();
    expect(engine.driver.guests).toHaveLength(3);
    expect(stateOf(id)).toEqual({ allocated: 1, available: 1, failed: false });
  });

  test("that cannot be initialised are told as failed, and tried again ever more rarely", async () => {
    const sound = engine.driver.onStart;
    engine.driver.onStart = (guest) => guest.failInit("Runtime.X", "{}");
    const id = await provision(1);
    expect(stateOf(id)).toEqual({ allocated: 0, available: 0, failed: true });
    for (const [waitMs, started] of [[1000, 2], [1999, 2], [1, 3], [4000, 4]] as const) {
      engine.clock.advance(waitMs);
      await settle();
      expect(engine.driver.guests).toHaveLength(started);
    }
    engine.driver.onStart = sound;
    const again = await provision(1);
    expect(stateOf(id)).toBeUndefined();
    expect(stateOf(again)).toEqual({ allocated: 1, available: 1, failed: false });
  });

  test("are not all tried when the first of them fails", async () => {
    engine = startTestEngine({ parallelStarts: 2 });
    engine.catalog.put(version);
    engine.driver.onStart = (guest) => guest.failInit("Runtime.X", "{}");
    engine.engine.start();
    await provision(50);
    expect(engine.driver.guests).toHaveLength(2);
    engine.clock.advance(1000);
    await settle();
    expect(engine.driver.guests).toHaveLength(4);
  });

  test("that are not up yet go first when fewer are asked for, one step after the other", async () => {
    engine.driver.onStart = () => {};
    await provision(5);
    await provision(4);
    await provision(2);
    expect(engine.driver.running).toHaveLength(2);
    for (const guest of engine.driver.running) guest.next();
    const id = await provision(1);
    expect(engine.driver.running).toHaveLength(1);
    expect(stateOf(id)).toEqual({ allocated: 1, available: 1, failed: false });
  });

  test("have 130 seconds for their init, and no invoke repeats it", async () => {
    engine.driver.onStart = () => {};
    const id = await provision(1);
    engine.clock.advance(129_999);
    await settle();
    expect(stateOf(id)).toEqual({ allocated: 1, available: 0, failed: false });
    engine.clock.advance(1);
    await settle();
    expect(stateOf(id)).toEqual({ allocated: 0, available: 0, failed: true });
    expect(engine.driver.running).toHaveLength(0);
  });

  test("that the host cannot start are no failure of the function", async () => {
    engine.driver.refusal = new Error("fork failed");
    const id = await provision(1);
    expect(stateOf(id)).toEqual({ allocated: 0, available: 0, failed: false });
    expect(engine.errors).toEqual([engine.driver.refusal]);
    engine.driver.refusal = undefined;
    engine.clock.advance(1000);
    await settle();
    expect(stateOf(id)).toEqual({ allocated: 1, available: 1, failed: false });
  });

  test("move with their alias, and are split by its weights", async () => {
    const next = { ...functionVersion("f"), version: "2" };
    engine.catalog.aliases.set("live", [{ version, share: 1 }]);
    const id = await provision(4, "live");
    const old = engine.driver.running;
    expect(old).toHaveLength(4);
    engine.catalog.aliases.set("live", [
      { version, share: 0.75 },
      { version: next, share: 0.25 },
    ]);
    engine.catalog.put(version);
    await settle();
    const versions = engine.driver.running.map((guest) => guest.launch.environment["AWS_LAMBDA_FUNCTION_VERSION"] ?? "");
    expect(versions.toSorted((a, b) => a.localeCompare(b))).toEqual(["$LATEST", "$LATEST", "$LATEST", "2"]);
    expect(stateOf(id)).toEqual({ allocated: 4, available: 4, failed: false });
  });

  test("end with the engine, those that are about to start included", async () => {
    await provision(1);
    engine.driver.onStart = () => {};
    await provision(3);
    await engine.engine.stop(0);
    await settle();
    expect(engine.driver.running).toHaveLength(0);
    expect(engine.heldCode.count).toBe(0);
    await provision(5);
    expect(engine.driver.running).toHaveLength(0);
  });
});

test("what a restart finds set is started", async () => {
  const again = startTestEngine();
  again.catalog.put(functionVersion("f"));
  again.catalog.account.provision("f", "$LATEST", { functionName: "f", qualifier: "$LATEST", executions: 2, lastModifiedMs: 0, allocationId: "a" });
  await settle();
  expect(again.driver.guests).toHaveLength(0);
  again.engine.start();
  await settle();
  expect(again.driver.guests).toHaveLength(2);
});
