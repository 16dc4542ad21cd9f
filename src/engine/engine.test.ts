// Whatever guests do and whenever: every invoke ends, with the answer to its own event or a failure, and nothing is left.
import fc from "fast-check";
import { expect, test } from "vitest";
import { functionVersion, requestIdOf, settle, startTestEngine, textOf } from "../../test/harness/engine.ts";
import type { ScriptedGuest } from "../../test/harness/scripted-driver.ts";

type Act =
  | { readonly kind: "invoke"; readonly name: string }
  | { readonly kind: "replace"; readonly name: string }
  | { readonly kind: "provision"; readonly name: string; readonly executions: number }
  | { readonly kind: "advance"; readonly byMs: number }
  | { readonly kind: "guest"; readonly pick: number; readonly does: GuestAct };

const misdeeds = ["next", "respond", "fail", "init-error", "exit", "garbage", "wrong-id", "print"] as const;
type GuestAct = "behave" | (typeof misdeeds)[number];

const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("invoke" as const), name: fc.constantFrom("f", "g") }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("replace" as const), name: fc.constantFrom("f", "g") }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("provision" as const), name: fc.constantFrom("f", "g"), executions: fc.nat(2) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("advance" as const), byMs: fc.constantFrom(1, 30, 1000, 3000, 10_000, 600_000) }) },
  { weight: 12, arbitrary: fc.record({ kind: fc.constant("guest" as const), pick: fc.nat(2), does: fc.oneof({ weight: 8, arbitrary: fc.constant("behave" as const) }, { weight: 1, arbitrary: fc.constantFrom(...misdeeds) }) }) },
);

function play(guest: ScriptedGuest, does: GuestAct): void {
  const requestId = guest.invokes.at(-1)?.meta["requestId"] ?? "none";
  switch (does) {
    case "next":
      guest.next();
      return;
    case "respond":
      guest.respond(requestId, JSON.stringify(requestId));
      return;
    case "behave":
      guest.behave();
      return;
    case "fail":
      guest.fail(requestId, "Function.X", JSON.stringify(requestId));
      return;
    case "init-error":
      guest.failInit("Function.X", '"init"');
      return;
    case "exit":
      guest.exit({ exitCode: 1 });
      return;
    case "garbage":
      guest.sendBytes(Buffer.from("garbage garbage"));
      return;
    case "wrong-id":
      guest.respond("not-mine", '"wrong"');
      return;
    case "print":
      guest.print("a line and a half\nhalf");
      return;
    default:
      does satisfies never;
  }
}

test("every invoke ends with its own answer or a failure, and nothing is left", async () => {
  const run = async (acts: readonly Act[], parallelStarts: number): Promise<void> => {
    const engine = startTestEngine({ parallelStarts, concurrency: 6 });
    engine.catalog.put(functionVersion("f"));
    engine.catalog.put(functionVersion("g"));
    engine.engine.start();
    const outcomes: Promise<string>[] = [];
    for (const [index, step] of acts.entries()) {
      if (step.kind === "invoke") {
        const requestId = requestIdOf(`request-${index}`);
        const outcome = engine.invoke(step.name, { requestId, logTail: index % 2 === 0 }).then(
          ({ payload, functionError }) => {
            if (functionError === undefined) expect(textOf(payload)).toBe(`"${requestId}"`);
            return "answered";
          },
          (error: unknown) => {
            expect(error).toMatchObject({ code: "TooManyRequestsException" });
            return "throttled";
          },
        );
        outcomes.push(outcome);
      } else if (step.kind === "replace") {
        engine.catalog.put(functionVersion(step.name));
      } else if (step.kind === "provision") {
        const { name, executions } = step;
        const record = { functionName: name, qualifier: "$LATEST", executions, lastModifiedMs: 0, allocationId: `${index}` };
        engine.catalog.account.provision(name, "$LATEST", executions === 0 ? undefined : record);
      } else if (step.kind === "advance") {
        engine.clock.advance(step.byMs);
      } else {
        const guest = engine.driver.running[step.pick];
        if (guest !== undefined) play(guest, step.does);
      }
      await settle();
    }
    // Left alone, every invoke runs into its timeout: ten seconds of init, three of the function, one start after another.
    for (let round = 0; round < 8; round += 1) {
      engine.clock.advance(10_000);
      await settle();
    }
    await Promise.all(outcomes);
    const stopped = engine.engine.stop(0);
    await settle();
    await stopped;
    expect(engine.driver.running).toEqual([]);
    expect(engine.heldCode.count).toBe(0);
    expect(engine.errors).toEqual([]);
    for (const lines of engine.logs.streams.values()) {
      const count = (start: string): number => lines.filter((line) => line.startsWith(start)).length;
      expect(count("END RequestId")).toBe(count("START RequestId"));
      expect(count("REPORT RequestId")).toBe(count("START RequestId"));
    }
  };
  await fc.assert(fc.asyncProperty(fc.array(act, { minLength: 10, maxLength: 60, size: "max" }), fc.constantFrom(1, 4), run), { numRuns: 150 });
});
