// Hostile guests against the bare HTTP front: requests that are malformed, mutated, out of order, too large, pipelined,
// cut into pieces, half closed or reset. A fixed number of cases from a fixed seed.
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ask, invocation, openFront, type OpenedFront } from "../../../../test/harness/guest-http.ts";
import { conversation, converse, verdicts } from "../../../../test/harness/hostile-http.ts";
import { systemIds } from "../../../core/ids.ts";
import { Extensions } from "../../environment/extensions.ts";
import type { EnvironmentState } from "../../environment/lifecycle.ts";
import { subscriptionClosed } from "../../telemetry/faults.ts";
import type { TelemetryPort } from "../telemetry-port.ts";

interface Circumstances {
  readonly state: EnvironmentState;
  readonly hasEvent: boolean;
  readonly hasRoom: boolean;
  readonly isClosed: boolean;
}

const circumstances: fc.Arbitrary<Circumstances> = fc.record({
  state: fc.constantFrom<EnvironmentState>("initialising", "idle", "invoking", "invoking", "invoking", "responding", "responded", "resetting"),
  hasEvent: fc.boolean(),
  hasRoom: fc.boolean(),
  isClosed: fc.boolean(),
});

let opened: OpenedFront;
const extensions = new Extensions(systemIds, { functionName: "f", functionVersion: "1", handler: "h", accountId: "123456789012" }, () => {});
let isTelemetryClosed = false;
const telemetry: TelemetryPort = {
  subscribe(_, { api }) {
    if (isTelemetryClosed) throw subscriptionClosed(api);
  },
};

beforeAll(async () => {
  opened = await openFront("initialising", extensions, telemetry);
});
afterAll(() => opened.front.close());

/** A new guest, with one extension registered. Returns its identifier. */
function begin({ state, hasEvent, hasRoom, isClosed }: Circumstances): string {
  const { port } = opened;
  port.state = state;
  port.sinks.length = 0;
  port.onNext = (receiver) => {
    if (hasEvent) receiver.deliver(invocation());
  };
  port.onSink = (sink) => {
    if (hasRoom) return;
    sink.hasRoom = false;
    setImmediate(() => sink.makeRoom());
  };
  extensions.clear();
  extensions.launch(["a", "b"]);
  const { identifier } = extensions.register({ name: "b", events: ["INVOKE"] });
  isTelemetryClosed = isClosed;
  if (isClosed) extensions.closeRegistration();
  return identifier;
}

describe("a hostile guest", () => {
  test("gets a reply that exists, or none, and leaves everything in order", { timeout: 120_000 }, async () => {
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(circumstances, conversation, async (given, said) => {
        const identifier = begin(given);
        for (const verdict of await converse(opened, said, { requestId: opened.port.requestId, identifier })) {
          expect(verdicts).toContain(verdict);
          seen.add(verdict);
        }
        // Whoever waits on a stream is told of its end, and the next guest is served.
        expect(await ask(opened, "/ping", { method: "GET" })).toMatchObject({ status: 200, body: "pong" });
        while (opened.port.sinks.some(({ outcome }) => outcome === "open")) await new Promise((resolve) => setImmediate(resolve));
      }),
      { numRuns: 2500, seed: 20_180_601 },
    );
    // The generator reaches what there is to reach.
    expect([...seen].toSorted()).toEqual([...verdicts].toSorted());
  });
});
