import { describe, expect, test } from "vitest";
import { functionId, functionVersion, settle, startTestEngine, testRuntime, textOf, type TestEngine } from "../../../test/harness/engine.ts";
import { PreparingDriver, type ScriptedGuest } from "../../../test/harness/scripted-driver.ts";
import type { FunctionConfiguration } from "../../functions/function-version.ts";

const runtime = { ...testRuntime, bootReads: /^NODE_/ };

interface Started extends TestEngine {
  readonly driver: PreparingDriver;
  /** Puts it and invokes it once. */
  readonly coldStart: (name: string, configuration?: Partial<FunctionConfiguration>) => Promise<string>;
  /** Lets what is made ahead of need be made. */
  readonly refill: () => Promise<void>;
  /** Those that wait for an environment. */
  readonly standingBy: () => readonly ScriptedGuest[];
}

/** Guests answer each event with their id; those that stand by begin with the variables that they hear. */
function start(settings: Parameters<typeof startTestEngine>[0] = {}): Started {
  const driver = new PreparingDriver();
  driver.onStart = (guest) => serve(guest);
  const engine = startTestEngine({ runtime, driver, ...settings });
  const coldStart: Started["coldStart"] = async (name, configuration = {}) => {
    engine.catalog.put(functionVersion(name, configuration));
    return textOf((await engine.invoke(name)).payload);
  };
  const refill = async (): Promise<void> => {
    for (let member = 0; member < 40; member += 1) {
      engine.clock.advance(10);
      await settle();
    }
  };
  const standingBy = (): readonly ScriptedGuest[] => driver.running.filter((guest) => isAhead(guest) && guest.invokes.length === 0);
  return { ...engine, driver, coldStart, refill, standingBy };
}

const isAhead = ({ launch }: ScriptedGuest): boolean => launch.environment["LAMBENT_STANDBY"] !== undefined;

function serve(guest: ScriptedGuest): void {
  let isSpecialised = !isAhead(guest);
  guest.onInvoke = ({ meta }) => {
    if (isSpecialised) guest.respond(meta["requestId"], JSON.stringify(guest.id));
    isSpecialised = true;
    guest.next();
  };
  if (isAhead(guest)) guest.standBy();
  else guest.next();
}

describe("a cold start", () => {
  test("begins at the beginning the first time, and the next time with a runtime that was booted meanwhile", async () => {
    const { driver, coldStart, refill, standingBy, errors } = start();
    await coldStart("f");
    expect(driver.prepared).toEqual([]);
    await refill();
    const [member] = standingBy();
    const before = member?.launch.environment ?? {};
    expect(await coldStart("g", { handler: "other.handler", environment: { WORD: "own" } })).toBe(JSON.stringify(member?.id));
    expect(driver.prepared[0]).toMatchObject({ grade: { id: member?.id, memoryMiB: 128 }, code: { taskRoot: "/var/task", optRoot: undefined } });
    const [fresh] = driver.guests;
    expect(member?.launch).toMatchObject({ program: fresh?.launch.program, args: fresh?.launch.args });
    const { environment } = fresh?.launch ?? {};
    const own = { _HANDLER: "other.handler", WORD: "own", AWS_LAMBDA_FUNCTION_NAME: "g" };
    const differing = Object.fromEntries(["AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME", "AWS_LAMBDA_RUNTIME_API", "AWS_LAMBDA_METADATA_API", "AWS_LAMBDA_METADATA_TOKEN"].map((name) => [name, expect.any(String)]));
    expect(member?.variables(before)).toEqual({ ...environment, ...own, ...differing });
    expect(member?.invokes[0]?.meta).toEqual({ cwd: "/var/task" });
    expect(errors).toEqual([]);
  });

  test("has init and its report as ever, and nothing of the boot in its log", async () => {
    const { driver, coldStart, refill, standingBy, logs } = start();
    driver.onStart = (guest) => {
      guest.print("(node:2) Warning: booting\n");
      serve(guest);
    };
    await coldStart("f");
    await refill();
    expect(standingBy()).toHaveLength(1);
    await coldStart("g");
    await settle();
    const lines = logs.linesOf("g");
    expect(lines.map((line) => line.split(" ", 1)[0])).toEqual(["INIT_START", "START", "END", "REPORT"]);
    expect(lines.at(-1)).toMatch(/Init Duration: /);
  });

  test("waits for the one that is being booted rather than begin another", async () => {
    const { driver, clock, coldStart, standingBy } = start();
    await coldStart("f");
    const booting: ScriptedGuest[] = [];
    driver.onStart = (guest) => void booting.push(guest);
    clock.advance(10);
    await settle();
    const answer = coldStart("g");
    await settle();
    expect(driver.guests).toHaveLength(2);
    for (const guest of booting) serve(guest);
    expect(await answer).toBe(JSON.stringify(booting[0]?.id));
    expect(standingBy()).toEqual([]);
  });

  test.each<readonly [string, Partial<FunctionConfiguration>]>([
    ["variables that are read in the boot", { environment: { NODE_OPTIONS: "--require ./first.js" } }],
    ["a wrapper", { environment: { AWS_LAMBDA_EXEC_WRAPPER: "/opt/wrapper" } }],
    ["a library before all others", { environment: { LD_PRELOAD: "/opt/first.so" } }],
  ])("of a function with %s gets a sandbox that is ready, and boots in it", async (_what, configuration) => {
    const { driver, coldStart, refill, standingBy } = start();
    await coldStart("f", configuration);
    await refill();
    expect(standingBy()).toEqual([]);
    expect(driver.prepared).toHaveLength(1);
    expect(await coldStart("g", configuration)).toBe(JSON.stringify(driver.prepared[0]?.grade.id));
    expect(driver.last.launch.environment).toMatchObject(configuration.environment ?? {});
  });

  test("of a runtime that cannot be booted ahead gets a sandbox that is ready", async () => {
    const { driver, coldStart, refill } = start({ runtime: testRuntime });
    await coldStart("f");
    await refill();
    expect(await coldStart("g")).toBe(JSON.stringify(driver.prepared[0]?.grade.id));
  });

  test("finds loaded what its code is going to ask for, from the third on, and until then what any function gets", async () => {
    const { driver, coldStart, refill, standingBy } = start({ runtime: { ...runtime, modulesAhead: async () => "node:https" } });
    const preloaded = (): readonly unknown[] => standingBy().map(({ launch }) => launch.environment["LAMBENT_PRELOAD"]);
    await coldStart("f");
    await refill();
    expect(preloaded()).toEqual([undefined]);
    const [plain] = standingBy();
    expect(await coldStart("f2")).toBe(JSON.stringify(plain?.id));
    await refill();
    expect(new Set(preloaded())).toEqual(new Set(["node:https", undefined]));
    const fitting = standingBy().find(({ launch }) => launch.environment["LAMBENT_PRELOAD"] !== undefined);
    const before = fitting?.launch.environment ?? {};
    expect(await coldStart("f3")).toBe(JSON.stringify(fitting?.id));
    expect(fitting?.variables(before)).not.toHaveProperty("LAMBENT_PRELOAD");
    expect(fitting?.launch.args).toEqual(driver.guests[0]?.launch.args);
  });

  test("does without where its code cannot be read", async () => {
    const failure = new Error("unreadable");
    const { coldStart, refill, standingBy, errors } = start({ runtime: { ...runtime, modulesAhead: () => Promise.reject(failure) } });
    await coldStart("f");
    await refill();
    await coldStart("f2");
    await refill();
    expect(errors).toEqual([failure]);
    expect(standingBy().map(({ launch }) => launch.environment["LAMBENT_PRELOAD"])).toEqual([undefined, undefined]);
  });

  test.each<readonly [string, Partial<FunctionConfiguration>]>([
    ["memory", { memoryMiB: 256 }],
    ["a larger /tmp", { ephemeralStorageMiB: 1024 }],
  ])("finds nothing that was made for other %s", async (_what, configuration) => {
    const { driver, coldStart, refill, standingBy } = start();
    await coldStart("f");
    await refill();
    expect(JSON.parse(await coldStart("g", configuration))).not.toBe(driver.prepared[0]?.grade.id);
    expect(standingBy()).toHaveLength(1);
  });

  test("of what is provisioned takes what is ready, too, and has no more made for it than there was", async () => {
    const { engine, driver, catalog, coldStart, refill, standingBy } = start();
    await coldStart("f");
    await refill();
    const [member] = standingBy();
    catalog.put(functionVersion("g"));
    engine.start();
    catalog.account.provision("g", "$LATEST", { functionName: "g", qualifier: "$LATEST", executions: 3, lastModifiedMs: 0, allocationId: "a" });
    await settle();
    expect(engine.provisioned(functionId("g"), "a")).toEqual({ allocated: 3, available: 3, failed: false });
    expect(member?.variables({})).toMatchObject({ AWS_LAMBDA_FUNCTION_NAME: "g", AWS_LAMBDA_INITIALIZATION_TYPE: "provisioned-concurrency" });
    await refill();
    expect(driver.prepared).toHaveLength(2);
    expect(driver.running.filter((guest) => isAhead(guest))).toHaveLength(2);
  });

  test("begins anew in the same sandbox after its runtime has crashed", async () => {
    const { driver, coldStart, refill, standingBy, invoke } = start();
    await coldStart("f");
    await refill();
    const [member] = standingBy();
    await coldStart("g");
    member?.exit({ exitCode: 1 });
    await settle();
    expect(textOf((await invoke("g")).payload)).toBe(JSON.stringify(member?.id));
    expect(driver.last).not.toBe(member);
    expect(driver.last.launch.environment).not.toHaveProperty("LAMBENT_STANDBY");
  });
});

describe("what is ready", () => {
  test("is as much as came at once, halves each minute, and is gone after ten", async () => {
    const { clock, coldStart, refill, standingBy, driver } = start();
    await Promise.all(["a", "b", "c", "d", "e", "f", "g", "h"].map((name) => coldStart(name)));
    await refill();
    expect(standingBy()).toHaveLength(8);
    const after = async (ms: number): Promise<number> => {
      for (let pastMs = 0; pastMs < ms; pastMs += 1000) {
        clock.advance(1000);
        await settle();
      }
      return standingBy().length;
    };
    expect(await after(62_000)).toBe(4);
    expect(await after(60_000)).toBe(2);
    expect(await after(300_000)).toBe(1);
    expect(await after(200_000)).toBe(0);
    expect(driver.prepared).toHaveLength(8);
  });

  test("is made when no cold start waits or has just begun, and not all at once", async () => {
    const { driver, clock, coldStart, catalog, invoke } = start({ parallelStarts: 2 });
    await coldStart("f");
    const slow: ScriptedGuest[] = [];
    driver.onStart = (guest) => void (isAhead(guest) || slow.push(guest));
    catalog.put(functionVersion("slow", { memoryMiB: 256 }));
    const answers = ["slow", "slow", "slow"].map((name) => invoke(name));
    await settle();
    clock.advance(100);
    await settle();
    // One of them waits for its turn.
    expect(slow).toHaveLength(2);
    expect(driver.prepared).toEqual([]);
    for (const guest of slow.splice(0)) serve(guest);
    await settle();
    clock.advance(9);
    await settle();
    expect(driver.prepared).toEqual([]);
    clock.advance(1);
    await settle();
    expect(driver.prepared).toHaveLength(1);
    for (const guest of slow) serve(guest);
    await Promise.all(answers);
  });

  test("has no more than its memory, and what was needed last comes first", async () => {
    const { coldStart, refill, standingBy } = start({ prebootMemoryBytes: 100 * 2 ** 20, parallelStarts: 4 });
    await Promise.all(["a", "b", "c", "d"].map((name) => coldStart(name)));
    await refill();
    // Each has 40 MiB.
    expect(standingBy().map(({ spec }) => spec.memoryMiB)).toEqual([128, 128]);
    await coldStart("other", { memoryMiB: 256 });
    await refill();
    expect(standingBy().map(({ spec }) => spec.memoryMiB)).toEqual([128, 256]);
  });

  test("has no more than its memory where nothing measures what a member uses", async () => {
    const { coldStart, refill, standingBy, driver } = start({ prebootMemoryBytes: 50 * 2 ** 20, parallelStarts: 4 });
    driver.onStart = (guest) => {
      guest.memoryBytes = 0;
      serve(guest);
    };
    await Promise.all(["a", "b", "c", "d", "e"].map((name) => coldStart(name)));
    await refill();
    expect(standingBy()).toHaveLength(3);
  });

  test("is replaced when it dies, later each time", async () => {
    const { driver, clock, coldStart, refill, standingBy } = start();
    await coldStart("f");
    await refill();
    standingBy()[0]?.exit({ exitCode: 1 });
    await refill();
    expect(standingBy()).toEqual([]);
    clock.advance(1000);
    await refill();
    expect(standingBy()).toHaveLength(1);
    expect(driver.sandboxes.size).toBe(2);
  });

  test("is not there where the host refuses: cold starts go on without, and it is tried again", async () => {
    const { driver, clock, coldStart, refill, standingBy, errors } = start();
    await coldStart("f");
    driver.refusal = new Error("no room");
    await refill();
    expect(errors).toEqual([driver.refusal]);
    driver.refusal = undefined;
    await coldStart("g");
    await refill();
    expect(standingBy()).toEqual([]);
    clock.advance(1000);
    await refill();
    expect(standingBy()).toHaveLength(2);
  });

  test("is not used when the code cannot be shown there", async () => {
    const { driver, coldStart, refill, errors } = start();
    await coldStart("f");
    await refill();
    driver.loadRefusal = new Error("no mount");
    expect(JSON.parse(await coldStart("g"))).not.toBe(driver.prepared[0]?.grade.id);
    expect(errors).toEqual([driver.loadRefusal]);
    expect(driver.sandboxes).not.toContain(driver.prepared[0]?.grade.id);
  });

  test("that does not get ready is ended, and what it said is told", async () => {
    const { driver, clock, coldStart, errors } = start();
    await coldStart("f");
    driver.onStart = (guest) => {
      guest.print("Segmentation fault\n");
      guest.send(16);
    };
    clock.advance(10);
    await settle();
    expect(errors).toMatchObject([{ code: "Runtime.NotBooted", message: expect.stringContaining("Segmentation fault") }]);
    driver.onStart = () => {};
    clock.advance(1000);
    await settle();
    expect(driver.sandboxes.size).toBe(2);
    clock.advance(10_000);
    await settle();
    expect(errors).toHaveLength(2);
    expect(driver.sandboxes.size).toBe(1);
  });

  test("ends with the engine, also what is being made", async () => {
    const { engine, driver, clock, coldStart, refill } = start();
    await Promise.all(["a", "b", "c"].map((name) => coldStart(name)));
    await refill();
    await Promise.all(["d", "e", "f", "g"].map((name) => coldStart(name)));
    clock.advance(10);
    await engine.stop(0);
    expect(driver.sandboxes.size).toBe(0);
  });

  test("is nothing where it may have no memory", async () => {
    const { driver, coldStart, refill } = start({ prebootMemoryBytes: 0 });
    await coldStart("f");
    await refill();
    expect(driver.prepared).toEqual([]);
  });
});
