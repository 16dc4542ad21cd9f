// Hostile guests inside live environments: whatever they send, and in whatever state, no invoke is left hanging and the next
// guest is served. A fixed number of cases from a fixed seed.
import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { settle } from "../../../test/harness/engine.ts";
import { conversation, converse, verdicts } from "../../../test/harness/hostile-http.ts";
import { HttpEnvironment, outcomeOf, serve } from "../../../test/harness/http-environment.ts";
import type { EnvironmentState } from "./lifecycle.ts";

const opened: HttpEnvironment[] = [];

afterEach(async () => {
  await Promise.all(opened.splice(0).map((environment) => inTime(environment, environment.engine.engine.stop(0))));
});

/** Lets time pass, whichever limit it is that counts, until it is over. */
async function inTime<Value>({ engine }: HttpEnvironment, promise: Promise<Value>): Promise<Value> {
  const over = promise.then(
    () => true,
    () => true,
  );
  for (let seconds = 0; seconds < 60; seconds += 1) {
    if (await Promise.race([over, settle().then(() => false)])) break;
    engine.clock.advance(1000);
  }
  // What remains is on its way through sockets.
  return promise;
}

const states = fc.constantFrom<EnvironmentState>(
  "initialising",
  "initialised",
  "idle",
  "invoking",
  "invoking",
  "responding",
  "responded",
  "held",
  "resetting",
  "reinitialising",
  "reinitialised",
);

/** What only a failure of the host would bring. */
const hostFailure = /^(?:unknown|[A-Za-z]*(?:Error|Exception|Failed|Refused))$/;

describe("a hostile guest in a live environment", () => {
  test("harms one invoke at most", { timeout: 180_000 }, async () => {
    const kinds = new Set<string>();
    await fc.assert(
      fc.asyncProperty(states, fc.array(conversation, { minLength: 1, maxLength: 2 }), async (state, conversations) => {
        const environment = new HttpEnvironment();
        opened.push(environment);
        await environment.reach(state);
        const { requestId, identifier, engine, outcome } = environment;
        engine.driver.onStart = (guest) => void serve(guest);
        // By itself, or as what it said has ended it, the environment may be gone.
        for (const said of conversations) {
          for (const verdict of await converse(environment.address, said, { requestId, identifier })) expect(verdicts).toContain(verdict);
        }
        const hostile = environment.guest;
        hostile.exit({ exitCode: 1 });
        const became = (await inTime(environment, outcome ?? Promise.resolve("none"))).slice(0, 200);
        expect(became).not.toMatch(hostFailure);
        kinds.add(/^[A-Z][a-z]+\.[A-Za-z]+$/.test(became) ? became : "answer");
        expect(await inTime(environment, outcomeOf(engine.invoke("f")))).toBe("done");
      }),
      { numRuns: 500, seed: 20_180_601 },
    );
    expect([...kinds]).toEqual(expect.arrayContaining(["answer", "Runtime.ExitError"]));
  });
});
