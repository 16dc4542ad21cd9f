// The memory that environments have together: what ends for what, who waits and who is turned away.
import { describe, expect, test } from "vitest";
import { functionVersion, settle, startTestEngine, textOf, type TestEngine } from "../../../test/harness/engine.ts";
import type { ScriptedGuest, SentInvoke } from "../../../test/harness/scripted-driver.ts";

const mib = 1024 * 1024;

interface Held {
  readonly guest: ScriptedGuest;
  readonly invoke: SentInvoke;
}

/** Each environment uses 40 MiB. Guests answer at once, or when the test says so. */
function start(roomForMiB: number, { holds = false, ...more }: { holds?: boolean } & Parameters<typeof startTestEngine>[0] = {}): TestEngine & { readonly held: Held[]; answer(name?: string): Promise<void>; running(): string[] } {
  const started = startTestEngine({ environmentMemoryBytes: roomForMiB * mib, ...more });
  const held: Held[] = [];
  const respond = async ({ guest, invoke }: Held): Promise<void> => {
    guest.respond(invoke.meta["requestId"], "done");
    guest.next();
    await settle();
  };
  started.driver.onStart = (guest) => {
    guest.onInvoke = (invoke) => void (holds ? held.push({ guest, invoke }) : respond({ guest, invoke }));
    guest.next();
  };
  return {
    ...started,
    held,
    answer: async (name) => {
      const index = held.findIndex(({ guest }) => name === undefined || nameOf(guest) === name);
      const [next] = index === -1 ? [] : held.splice(index, 1);
      if (next === undefined) throw new Error(`nothing is with a guest of ${name}`);
      await respond(next);
    },
    running: () => started.driver.running.map(nameOf),
  };
}

const nameOf = (guest: ScriptedGuest): string => guest.launch.environment["AWS_LAMBDA_FUNCTION_NAME"] ?? "";

const put = (engine: TestEngine, ...names: readonly string[]): void => {
  // The forecast is what they use.
  for (const name of names) engine.catalog.put(functionVersion(name, { memoryMiB: 40 }));
};

const throttled = { code: "TooManyRequestsException", status: 429, members: { Reason: "ConcurrentInvocationLimitExceeded", Type: "User" } };

describe("the memory of environments", () => {
  test("makes room for a function by ending those idle for longest, of whichever function", async () => {
    const engine = start(130);
    put(engine, "a", "b", "c", "d", "e");
    for (const name of ["a", "b", "c"]) {
      await engine.invoke(name);
      await settle();
      engine.clock.advance(1000);
    }
    await engine.invoke("a");
    engine.clock.advance(1000);
    await engine.invoke("d");
    await settle();
    expect(engine.running().toSorted()).toEqual(["a", "c", "d"]);
    await engine.invoke("e");
    expect(engine.running().toSorted()).toEqual(["a", "d", "e"]);
    expect(engine.driver.guests).toHaveLength(5);
  });

  test("counts on the memory of what ends anyway, and ends no other for it", async () => {
    const engine = start(90);
    put(engine, "a", "b", "c");
    await engine.invoke("b");
    await settle();
    await engine.invoke("a");
    await settle();
    const { promise: ended, resolve: end } = Promise.withResolvers<void>();
    engine.driver.closing = ended;
    put(engine, "a");
    await settle();
    const invoking = engine.invoke("c");
    await settle();
    expect(engine.running()).toContain("b");
    end();
    await invoking;
    expect(engine.running().toSorted()).toEqual(["b", "c"]);
  });

  test("counts what environments use, not what their functions may", async () => {
    const engine = start(130);
    for (const name of ["a", "b", "c"]) engine.catalog.put(functionVersion(name, { memoryMiB: 10_240 }));
    await engine.invoke("a");
    await engine.invoke("b");
    engine.driver.onStart = (guest) => {
      guest.memoryBytes = 120 * mib;
      guest.onInvoke = (invoke) => {
        guest.respond(invoke.meta["requestId"], "done");
        guest.next();
      };
      guest.next();
    };
    await engine.invoke("c");
    await settle();
    // 64 MiB were expected of it; now it is known to use more.
    expect(engine.running().toSorted()).toEqual(["b", "c"]);
    await engine.invoke("a");
    await settle();
    expect(engine.running().at(-1)).toBe("a");
  });

  test("lets one start however much it uses", async () => {
    const engine = start(10);
    put(engine, "a", "b");
    await engine.invoke("a");
    await engine.invoke("b");
    expect(engine.running()).toEqual(["b"]);
  });

  test("turns an invoke away when nothing becomes idle in time, with AWS's words, and serves the next", async () => {
    const engine = start(90, { holds: true });
    put(engine, "a", "b", "c");
    const running = [engine.invoke("a"), engine.invoke("b")];
    await settle();
    const refused = expect(engine.invoke("c")).rejects.toMatchObject(throttled);
    await settle();
    engine.clock.advance(2000);
    await refused;
    const next = engine.invoke("c");
    await settle();
    await engine.answer("a");
    await settle();
    await engine.answer("c");
    expect(textOf((await next).payload)).toBe("done");
    await engine.answer("b");
    await Promise.all(running);
    expect(engine.running().toSorted()).toEqual(["b", "c"]);
  });

  test("serves a function's own line with what is warm while there is no room", async () => {
    const engine = start(90, { holds: true });
    put(engine, "a");
    const outcomes = Array.from({ length: 5 }, () => engine.invoke("a"));
    await settle();
    expect(engine.held).toHaveLength(2);
    for (let left = 5; left > 0; left -= 1) await engine.answer();
    await Promise.all(outcomes);
    expect(engine.driver.guests).toHaveLength(2);
    // None of the starts that are not needed any more comes late.
    engine.clock.advance(2000);
    await settle();
    expect(engine.errors).toEqual([]);
  });

  test("has a function whose burst took everything give others their share", async () => {
    const engine = start(170, { holds: true });
    put(engine, "greedy", "b", "c");
    const burst = Array.from({ length: 20 }, () => engine.invoke("greedy"));
    const settled = Promise.allSettled(burst);
    await settle();
    expect(engine.running()).toEqual(["greedy", "greedy", "greedy", "greedy"]);
    const others = [engine.invoke("b"), engine.invoke("c")];
    await settle();
    // Twenty wait and four end: two of those four are not used again.
    for (let turn = 0; turn < 4; turn += 1) await engine.answer("greedy");
    await settle();
    expect(engine.held.map(({ guest }) => nameOf(guest)).toSorted()).toEqual(["b", "c", "greedy", "greedy"]);
    await engine.answer("b");
    await engine.answer("c");
    await Promise.all(others);
    engine.clock.advance(2000);
    while (engine.held.length > 0) await engine.answer();
    const refused = (await settled).filter(({ status }) => status === "rejected");
    expect(refused.length).toBeLessThan(burst.length);
    for (const outcome of refused) expect(outcome).toMatchObject({ reason: throttled });
  });

  test("never ends what is provisioned, and gives it room as to anybody", async () => {
    const engine = start(90);
    put(engine, "a", "b", "c");
    engine.catalog.account.provision("a", "$LATEST", { functionName: "a", qualifier: "$LATEST", executions: 1, lastModifiedMs: 0, allocationId: "w" });
    engine.engine.start();
    await settle();
    await engine.invoke("b");
    await engine.invoke("c");
    expect(engine.running().toSorted()).toEqual(["a", "c"]);
    await engine.invoke("a");
    expect(engine.driver.guests).toHaveLength(3);
    engine.catalog.account.provision("b", "$LATEST", { functionName: "b", qualifier: "$LATEST", executions: 1, lastModifiedMs: 0, allocationId: "v" });
    await settle();
    expect(engine.running().toSorted()).toEqual(["a", "b"]);
  });

  test("stops while starts wait", async () => {
    const engine = start(50, { holds: true });
    put(engine, "a", "b");
    const outcomes = [engine.invoke("a"), engine.invoke("b")];
    const settled = Promise.allSettled(outcomes);
    await settle();
    await engine.engine.stop(0);
    expect((await settled).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect(engine.running()).toEqual([]);
    engine.clock.advance(2000);
    expect(engine.errors).toEqual([]);
  });
});
