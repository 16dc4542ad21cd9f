import { describe, expect, test } from "vitest";
import { functionVersion, settle, startTestEngine, textOf, type TestEngine } from "../../../test/harness/engine.ts";
import type { ScriptedGuest, SentInvoke } from "../../../test/harness/scripted-driver.ts";

interface Held {
  readonly guest: ScriptedGuest;
  readonly invoke: SentInvoke;
}

/** Guests get ready at once and answer when the test says so. */
function start(settings: Parameters<typeof startTestEngine>[0] = {}): TestEngine & { readonly held: Held[]; answer(): void } {
  const held: Held[] = [];
  const started = startTestEngine(settings);
  started.catalog.put(functionVersion("f"));
  started.driver.onStart = (guest) => {
    guest.onInvoke = (invoke) => void held.push({ guest, invoke });
    guest.next();
  };
  const answer = (): void => {
    const next = held.shift();
    if (next === undefined) throw new Error("nothing is with a guest");
    next.guest.respond(next.invoke.meta["requestId"], next.guest.id);
    next.guest.next();
  };
  return { ...started, held, answer };
}

async function invokeToEnd(engine: ReturnType<typeof start>): Promise<string> {
  const outcome = engine.invoke("f");
  await settle();
  engine.answer();
  return textOf((await outcome).payload);
}

describe("placement", () => {
  test("uses a warm environment again", async () => {
    const engine = start();
    expect(await invokeToEnd(engine)).toBe(await invokeToEnd(engine));
    expect(engine.driver.guests).toHaveLength(1);
  });

  test("runs invokes that come together side by side", async () => {
    const engine = start();
    const outcomes = [engine.invoke("f"), engine.invoke("f"), engine.invoke("f")];
    await settle();
    expect(engine.held).toHaveLength(3);
    for (let left = 3; left > 0; left -= 1) engine.answer();
    expect(new Set((await Promise.all(outcomes)).map(({ payload }) => textOf(payload))).size).toBe(3);
  });

  test("takes the environment that was used last", async () => {
    const engine = start();
    const both = [engine.invoke("f"), engine.invoke("f")];
    await settle();
    engine.answer();
    engine.answer();
    const [, second] = await Promise.all(both);
    expect(await invokeToEnd(engine)).toBe(textOf(second?.payload ?? new Uint8Array()));
  });

  test("gives a waiting invoke to a warm environment that is free before the new one is up", async () => {
    const engine = start();
    const first = engine.invoke("f");
    await settle();
    engine.driver.onStart = () => {};
    const second = engine.invoke("f");
    await settle();
    expect(engine.driver.guests).toHaveLength(2);
    engine.answer();
    await settle();
    engine.answer();
    expect(textOf((await second).payload)).toBe(textOf((await first).payload));
    // The new one becomes a spare.
    const spare = engine.driver.last;
    spare.onInvoke = (invoke) => void engine.held.push({ guest: spare, invoke });
    spare.next();
    expect(await invokeToEnd(engine)).toBe(spare.id);
  });

  test("waits a moment for an environment that has answered, and no longer", async () => {
    const engine = start();
    const first = engine.invoke("f");
    await settle();
    const held = engine.held.shift();
    held?.guest.respond(held.invoke.meta["requestId"], "1");
    await first;
    const second = engine.invoke("f");
    await settle();
    expect(engine.driver.guests).toHaveLength(1);
    engine.clock.advance(25);
    await settle();
    expect(engine.driver.guests).toHaveLength(2);
    engine.answer();
    await second;
  });

  test("lets the next invoke wait for an environment that is being reset, and a further one start anew", async () => {
    const engine = start();
    await invokeToEnd(engine);
    const { promise: killed, resolve: endKill } = Promise.withResolvers<void>();
    engine.driver.killing = killed;
    const failing = engine.invoke("f");
    await settle();
    engine.held.shift()?.guest.exit({ exitCode: 1 });
    expect((await failing).errorType).toBe("Runtime.ExitError");
    const next = engine.invoke("f");
    engine.clock.advance(1000);
    await settle();
    expect(engine.driver.guests).toHaveLength(1);
    const further = engine.invoke("f");
    await settle();
    expect(engine.driver.guests).toHaveLength(2);
    endKill();
    await settle();
    expect(engine.driver.guests).toHaveLength(3);
    expect(engine.driver.sandboxes.size).toBe(2);
    engine.answer();
    engine.answer();
    await Promise.all([next, further]);
  });

  test("does not wait without end for an environment that cannot be reset", async () => {
    const engine = start();
    await invokeToEnd(engine);
    engine.driver.killing = new Promise(() => undefined);
    const failing = engine.invoke("f");
    await settle();
    engine.held.shift()?.guest.exit({ exitCode: 1 });
    await failing;
    const next = engine.invoke("f");
    await settle();
    engine.clock.advance(2500);
    await settle();
    expect(engine.driver.guests).toHaveLength(2);
    engine.answer();
    await next;
  });

  test("keeps functions apart", async () => {
    const engine = start();
    engine.catalog.put(functionVersion("g"));
    await invokeToEnd(engine);
    const outcome = engine.invoke("g");
    await settle();
    engine.answer();
    await outcome;
    expect(engine.driver.guests.map((guest) => guest.launch.environment["AWS_LAMBDA_FUNCTION_NAME"])).toEqual(["f", "g"]);
  });

  test("ends what was idle for ten minutes, and only that", async () => {
    const engine = start();
    const both = [engine.invoke("f"), engine.invoke("f")];
    await settle();
    engine.answer();
    engine.answer();
    await Promise.all(both);
    engine.clock.advance(400_000);
    await invokeToEnd(engine);
    engine.clock.advance(200_000);
    await settle();
    expect(engine.driver.running).toHaveLength(1);
    engine.clock.advance(400_000);
    await settle();
    expect(engine.driver.running).toHaveLength(0);
    expect(engine.heldCode.count).toBe(0);
  });

  test("ends environments of a replaced revision, running ones after their invoke", async () => {
    const engine = start();
    const both = [engine.invoke("f"), engine.invoke("f")];
    await settle();
    engine.answer();
    await settle();
    engine.catalog.put(functionVersion("f", { timeoutSeconds: 4 }));
    await settle();
    expect(engine.driver.running).toHaveLength(1);
    engine.answer();
    await Promise.all(both);
    await settle();
    expect(engine.driver.running).toHaveLength(0);
    await invokeToEnd(engine);
    expect(engine.driver.guests).toHaveLength(3);
  });

  test("does not take an environment whose runtime died while it was idle", async () => {
    const engine = start();
    await invokeToEnd(engine);
    const dead = engine.driver.last;
    dead.exit({ exitCode: 1 });
    await settle();
    await invokeToEnd(engine);
    expect(dead.invokes).toHaveLength(1);
    expect(engine.driver.last.invokes).toHaveLength(1);
  });

  test("fails the waiting invoke when the start of its environment fails", async () => {
    const engine = start();
    engine.driver.refusal = new Error("fork failed");
    await expect(engine.invoke("f")).rejects.toThrow("fork failed");
    engine.driver.refusal = undefined;
    await invokeToEnd(engine);
  });

  test("starts no more at once than it may, and functions take turns", async () => {
    const engine = start({ parallelStarts: 1 });
    engine.catalog.put(functionVersion("g"));
    engine.driver.onStart = () => {};
    const outcomes = [engine.invoke("f"), engine.invoke("f"), engine.invoke("g")];
    const names = (): unknown[] => engine.driver.guests.map((guest) => guest.launch.environment["AWS_LAMBDA_FUNCTION_NAME"]);
    await settle();
    expect(names()).toEqual(["f"]);
    const ready = (): void => {
      const guest = engine.driver.last;
      guest.onInvoke = (invoke) => void engine.held.push({ guest, invoke });
      guest.next();
    };
    ready();
    await settle();
    expect(names()).toEqual(["f", "f"]);
    // A long init does not keep others from starting.
    engine.clock.advance(1000);
    await settle();
    expect(names()).toEqual(["f", "f", "g"]);
    ready();
    await settle();
    engine.answer();
    await settle();
    engine.answer();
    await settle();
    engine.answer();
    await Promise.all(outcomes);
  });
});

describe("concurrency", () => {
  test("over the account's limit is refused as AWS does, and given back", async () => {
    const engine = start({ concurrency: 1 });
    const first = engine.invoke("f");
    await expect(engine.invoke("f")).rejects.toMatchObject({
      code: "TooManyRequestsException",
      status: 429,
      message: "Rate Exceeded.",
      members: { Reason: "ConcurrentInvocationLimitExceeded", Type: "User" },
    });
    await settle();
    engine.answer();
    await first;
    await invokeToEnd(engine);
  });

  test("is given back by an invoke that fails", async () => {
    const engine = start({ concurrency: 1 });
    engine.driver.refusal = new Error("fork failed");
    await expect(engine.invoke("f")).rejects.toThrow("fork failed");
    engine.driver.refusal = undefined;
    await invokeToEnd(engine);
  });
});

describe("the scaling rate of AWS", () => {
  test("lets a function start 1,000 environments at once, and 100 more a second", async () => {
    const engine = start({ concurrency: 5000, quotas: "aws" });
    engine.catalog.put(functionVersion("g"));
    const outcomes = Array.from({ length: 1000 }, () => engine.invoke("f"));
    await settle();
    await expect(engine.invoke("f")).rejects.toMatchObject({ members: { Reason: "FunctionInvocationRateLimitExceeded", retryAfterSeconds: "1" } });
    outcomes.push(engine.invoke("g"));
    engine.clock.advance(1000);
    outcomes.push(...Array.from({ length: 100 }, () => engine.invoke("f")));
    await expect(engine.invoke("f")).rejects.toMatchObject({ members: { Reason: "FunctionInvocationRateLimitExceeded" } });
    for (let round = 0; round < 20 && engine.held.length < 1101; round += 1) await settle();
    expect(engine.driver.guests).toHaveLength(1101);
    while (engine.held.length > 0) engine.answer();
    await Promise.all(outcomes);
    // Warm ones are none that start.
    await invokeToEnd(engine);
  });
});

describe("stopping", () => {
  test("ends idle environments at once and lets running invokes finish", async () => {
    const engine = start();
    await invokeToEnd(engine);
    const running = engine.invoke("f");
    await settle();
    const stopped = engine.engine.stop(5000);
    await expect(engine.invoke("f")).rejects.toMatchObject({ code: "ServiceException" });
    engine.answer();
    await running;
    await stopped;
    expect(engine.driver.running).toHaveLength(0);
    expect(engine.heldCode.count).toBe(0);
  });

  test("kills what is left when the grace is over", async () => {
    const engine = start();
    const running = engine.invoke("f");
    const rejected = expect(running).rejects.toMatchObject({ code: "ServiceException" });
    await settle();
    const stopped = engine.engine.stop(1000);
    engine.clock.advance(1000);
    await stopped;
    await rejected;
    expect(engine.driver.running).toHaveLength(0);
  });

  test("also ends what was about to start", async () => {
    const engine = start();
    engine.driver.onStart = () => {};
    const waiting = engine.invoke("f");
    const rejected = expect(waiting).rejects.toMatchObject({ code: "ServiceException" });
    await engine.engine.stop(0);
    await rejected;
    await settle();
    expect(engine.driver.running).toHaveLength(0);
    expect(engine.heldCode.count).toBe(0);
    expect(engine.errors).toEqual([]);
  });
});
