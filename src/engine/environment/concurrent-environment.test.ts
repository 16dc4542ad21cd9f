// Environments of several events at once, over HTTP: guests that answer in any order and in any way, beside a model.
import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { HttpEnvironment, outcomeOf, serve } from "../../../test/harness/http-environment.ts";
import { RawClient, ask } from "../../../test/harness/guest-http.ts";
import { parseReplies, verdictOf } from "../../../test/harness/guest-replies.ts";
import { systemIds, type RequestId } from "../../core/ids.ts";

const concurrency = 3;
const opened: HttpEnvironment[] = [];

afterEach(() => Promise.all(opened.splice(0).map(({ engine }) => engine.engine.stop(0))));

interface Event {
  readonly requestId: RequestId;
  readonly outcome: Promise<string>;
}

/** An environment whose workers all wait. */
async function open(): Promise<HttpEnvironment> {
  const environment = new HttpEnvironment({ environmentConcurrency: concurrency });
  opened.push(environment);
  await environment.start();
  const clients = await Promise.all(Array.from({ length: concurrency }, () => environment.poll()));
  await Promise.race(clients.map((client) => client.received(/\{\}$/)));
  return environment;
}

function begin({ engine }: HttpEnvironment): Event {
  const requestId = systemIds.requestId();
  return { requestId, outcome: outcomeOf(engine.invoke("f", { requestId })) };
}

async function respond(environment: HttpEnvironment, { requestId }: Pick<Event, "requestId">, way: string, sent = '"done"'): Promise<string> {
  const { status = 0, body } = await environment.ask(`/invocation/${requestId}/${way}`, { body: sent });
  return verdictOf({ status, body });
}

describe("an environment of several events", () => {
  test("has no event of an invoke for extensions", async () => {
    const environment = new HttpEnvironment({ environmentConcurrency: concurrency });
    opened.push(environment);
    await environment.start();
    const headers = { "Lambda-Extension-Name": "watcher" };
    const { status = 0, body } = await ask(environment.address, "/2020-01-01/extension/register", { headers, body: '{"events":["INVOKE"]}' });
    expect(verdictOf({ status, body })).toBe("403 Extension.InvalidEventType");
  });

  test("takes no second answer beside a streamed one", async () => {
    const environment = await open();
    const stream = await environment.beginResponse();
    expect(await respond(environment, environment, "response")).toBe("403 InvalidStateTransition");
    expect(await respond(environment, environment, "error")).toBe("403 InvalidStateTransition");
    await stream.write('6\r\n"done"\r\n0\r\n\r\n');
    expect(await environment.outcome).toBe("done");
    expect(await respond(environment, environment, "response")).toBe("400 InvalidRequestID");
  });

  test("brings no further invoke to a runtime that has crashed", async () => {
    const environment = await open();
    const running = [environment.outcome ?? Promise.reject(new Error("no invoke")), begin(environment).outcome, begin(environment).outcome];
    await environment.seen();
    // A worker more than there are slots, and an invoke more than the environment can take: another one is started for it.
    await environment.poll();
    const crashed = environment.guest;
    const started = new Promise<void>((resolve) => (environment.engine.driver.onStart = () => resolve()));
    const waiting = begin(environment);
    await started;
    crashed.exit({ exitCode: 1 });
    expect(await Promise.all(running)).toEqual(["Runtime.ExitError", "Runtime.ExitError", "Runtime.ExitError"]);
    void serve(environment.guest);
    expect(await waiting.outcome).toBe("done");
  });

  test("stays as long as any of it is used", async () => {
    const environment = await open();
    const { clock, driver } = environment.engine;
    const answered = async (event: Event): Promise<string> => {
      await environment.seen();
      expect(await respond(environment, event, "response")).toBe("202");
      await environment.poll();
      return event.outcome;
    };
    await answered({ requestId: environment.requestId, outcome: environment.outcome ?? Promise.reject(new Error("no invoke")) });
    // Longer than anything stays idle; two of its three workers have had nothing to do all the time.
    for (let minute = 0; minute < 25; minute += 1) {
      clock.advance(60_000);
      expect(await answered(begin(environment))).toBe("done");
    }
    expect(driver.guests).toHaveLength(1);
    clock.advance(600_000);
    await Promise.all(driver.guests.map(({ exited }) => exited));
  });

  test("whose init has failed takes no invoke while it ends", async () => {
    const environment = new HttpEnvironment({ environmentConcurrency: concurrency });
    opened.push(environment);
    await environment.start();
    // It takes its time to end.
    const headers = { "Lambda-Extension-Name": "inside" };
    await ask(environment.address, "/2020-01-01/extension/register", { headers, body: '{"events":[]}' });
    const ending = environment.guest;
    ending.terminate = () => {};
    await environment.ask("/init/error", { headers: { "Lambda-Runtime-Function-Error-Type": "Function.Broken" }, body: "{}" });
    expect(await environment.outcome).toBe("Function.Broken");
    const started = new Promise<void>((resolve) => (environment.engine.driver.onStart = () => resolve()));
    await new Promise((resolve) => setImmediate(resolve));
    const { outcome } = begin(environment);
    await started;
    void serve(environment.guest);
    expect(await outcome).toBe("done");
    ending.kill();
  });

  test("gives each invoke its own answer, in whatever order and way they come", { timeout: 60_000 }, async () => {
    const way = fc.record({ which: fc.nat(concurrency), how: fc.constantFrom("response", "error", "stream", "broken", "late", "unknown") });
    await fc.assert(
      fc.asyncProperty(fc.array(way, { minLength: 1, maxLength: 12 }), async (steps) => {
        const environment = await open();
        const running: Event[] = [{ requestId: environment.requestId, outcome: environment.outcome ?? Promise.reject(new Error("no invoke")) }];
        while (running.length < concurrency) running.push(begin(environment));
        for (const { which, how } of steps) {
          const event = running[which % running.length];
          if (event !== undefined) await take(environment, running, event, how);
        }
        // Who is not answered runs into the limit; its environment is there for the next one.
        environment.engine.clock.advance(3000);
        for (const { outcome } of running) expect(await outcome).toBe("Sandbox.Timedout");
      }),
      { numRuns: 100, seed: 20_180_601 },
    );
  });
});

/** Ends `event` in its way, polls for the next one and begins it. */
async function take(environment: HttpEnvironment, running: Event[], event: Event, how: string): Promise<void> {
  if (how === "unknown") {
    expect(await respond(environment, { requestId: systemIds.requestId() }, "response")).toBe("400 InvalidRequestID");
    return;
  }
  if (how === "response") expect(await respond(environment, event, "response")).toBe("202");
  if (how === "error") expect(await respond(environment, event, "error", "{}")).toBe("202");
  if (how === "stream" || how === "broken") {
    const ended = how === "stream" ? '2\r\n"d\r\n4\r\none"\r\n0\r\n\r\n' : '2\r\n"d\r\nzz\r\n';
    const head = `POST /2018-06-01/runtime/invocation/${event.requestId}/response HTTP/1.1\r\nHost: HOST\r\n`;
    const client = new RawClient(environment.address);
    await client.write(`${head}Lambda-Runtime-Function-Response-Mode: streaming\r\nTransfer-Encoding: chunked\r\n\r\n${ended}`);
    expect(parseReplies(await client.received(/\}$/)).map(verdictOf)).toEqual([how === "stream" ? "202" : "400 TruncatedHTTPRequest"]);
  }
  if (how === "late") {
    environment.engine.clock.advance(3000);
    for (const { outcome } of running) expect(await outcome).toBe("Sandbox.Timedout");
    for (const { requestId } of running) expect(await respond(environment, { requestId }, "response")).toBe("400 InvalidRequestID");
  } else {
    const outcomes: Readonly<Record<string, string>> = { response: "done", error: "Runtime.Unknown", stream: "done", broken: "Runtime.TruncatedResponse" };
    expect(await event.outcome).toBe(outcomes[how]);
  }
  const gone = how === "late" ? running.splice(0) : running.splice(running.indexOf(event), 1);
  for (const _ of gone) {
    await environment.poll();
    running.push(begin(environment));
    await environment.seen();
  }
}
