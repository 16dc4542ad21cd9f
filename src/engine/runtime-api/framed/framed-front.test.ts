// The framed channel with a guest and an environment that a test plays.
import { describe, expect, test } from "vitest";
import { invocation, TestPort, type TestSink } from "../../../../test/harness/guest-http.ts";
import { encodeFrame } from "../../../../test/harness/scripted-driver.ts";
import type { EnvironmentState } from "../../environment/lifecycle.ts";
import { requestEntityTooLarge } from "../faults.ts";
import { openFramedFront } from "./framed-front.ts";

class FramedPort extends TestPort {
  readonly violations: string[] = [];

  override violate(reason: string): void {
    this.violations.push(reason);
  }
}

interface Conversation {
  readonly port: FramedPort;
  /** What the guest writes, as it arrives. */
  readonly hear: (...frames: readonly Buffer[]) => void;
  readonly delivered: () => readonly [type: number, meta: unknown, body: string][];
  readonly isPaused: () => boolean;
  readonly sink: () => TestSink;
}

function converse(state: EnvironmentState = "invoking"): Conversation {
  const port = new FramedPort();
  port.state = state;
  let listener: (bytes: Buffer) => void = () => undefined;
  let isPaused = false;
  const written: [number, unknown, string][] = [];
  const front = openFramedFront(
    {
      onBytes: (hear) => (listener = hear),
      onClosed: () => undefined,
      pause: () => (isPaused = true),
      resume: () => (isPaused = false),
      write: (parts) => {
        const bytes = Buffer.concat(parts);
        const metaEnd = 9 + bytes.readUInt32BE(1);
        written.push([bytes.readUInt8(0), JSON.parse(bytes.toString("utf8", 9, metaEnd)), bytes.toString("utf8", metaEnd)]);
      },
    },
    port,
  );
  port.onNext = (receiver) => {
    expect(receiver).toBe(front);
    receiver.deliver(invocation({ trace: "Root=1", clientContext: "{}", cognitoIdentity: '{"cognitoIdentityId":"i"}', tenantId: "t" }));
  };
  return {
    port,
    hear: (...frames) => listener(Buffer.concat(frames)),
    delivered: () => written,
    isPaused: () => isPaused,
    sink: () => {
      const sink = port.sinks.at(-1);
      if (sink === undefined) throw new Error("no response was begun");
      return sink;
    },
  };
}

const frame = (type: number, meta?: object, body = ""): Buffer => encodeFrame(type, meta === undefined ? "" : JSON.stringify(meta), body);
const next = frame(16);
const begin = frame(20, { requestId: "id-1", contentType: "text/plain" });
const chunk = (text: string): Buffer => frame(21, undefined, text);
const end = (meta: object = {}, body = ""): Buffer => frame(22, { requestId: "id-1", ...meta }, body);
const cause = { working_directory: "/var/task", exceptions: [{ type: "T", message: "m", stack: [{ path: "a.js", line: 1, label: "f" }] }], paths: ["a.js"] };

describe("a guest on the channel", () => {
  test("gets what the caller sent with the event", () => {
    const { hear, delivered } = converse("initialising");
    hear(next);
    const meta = { requestId: "id-1", invokedFunctionArn: "arn:aws:lambda:us-east-1:123456789012:function:f:live", traceId: "Root=1", clientContext: "{}", cognitoIdentity: '{"cognitoIdentityId":"i"}', tenantId: "t" };
    expect(delivered()).toEqual([[1, expect.objectContaining(meta), '{"a":1}']]);
  });

  test("answers whole, with a type where it is not JSON", () => {
    const { hear, port } = converse();
    hear(frame(17, { requestId: "id-1", contentType: "application/unknown" }, "raw"));
    expect(port.responses).toEqual([{ kind: "whole", body: Buffer.from("raw"), contentType: "application/unknown" }]);
  });

  test("reports errors with their cause for traces, cropped to what is one", () => {
    const failed = converse();
    failed.hear(frame(18, { requestId: "id-1", errorType: "T", xrayCause: JSON.stringify({ ...cause, extra: 1 }) }, "{}"));
    expect(failed.port.errors).toEqual([{ errorType: "T", body: Buffer.from("{}"), xrayCause: expect.any(String) }]);
    expect(JSON.parse(failed.port.errors[0]?.xrayCause ?? "")).toEqual(cause);
    const odd = converse("initialising");
    odd.hear(frame(19, { errorType: "T", xrayCause: "no JSON" }, "{}"));
    expect(odd.port.initErrors).toEqual([{ errorType: "T", body: Buffer.from("{}") }]);
  });

  test("streams: head, chunks, end, and asks for the next event", () => {
    const { hear, port, sink, delivered } = converse();
    hear(begin, chunk("one"), chunk("two"), end(), next);
    expect(sink()).toMatchObject({ head: { contentType: "text/plain" }, outcome: "ended" });
    expect(sink().chunks.map(String)).toEqual(["one", "two"]);
    expect([delivered().length, port.violations]).toEqual([1, []]);
  });

  test("ends a stream with an error", () => {
    const { hear, sink } = converse();
    hear(begin, chunk("one"), end({ errorType: "RangeError", xrayCause: JSON.stringify(cause) }, '{"errorType":"RangeError"}'));
    expect(sink()).toMatchObject({ outcome: "failed", errors: [{ errorType: "RangeError", body: Buffer.from('{"errorType":"RangeError"}'), xrayCause: expect.any(String) }] });
  });

  test("is not read while there is no room, though what was read is taken", () => {
    const { hear, isPaused, sink } = converse();
    hear(begin);
    sink().hasRoom = false;
    hear(chunk("one"), chunk("two"));
    expect([isPaused(), sink().text]).toEqual([true, "onetwo"]);
    sink().makeRoom();
    expect(isPaused()).toBe(false);
    hear(chunk("three"), end());
    expect([sink().text, sink().outcome]).toEqual(["onetwothree", "ended"]);
  });

  test("may come to its end after a response that is too large", () => {
    const { hear, port, sink } = converse();
    hear(begin);
    sink().refusal = requestEntityTooLarge();
    hear(chunk("too much"));
    sink().refusal = undefined;
    hear(chunk("and more"));
    expect([sink().outcome, port.violations]).toEqual(["failed", []]);
  });

  test.each<readonly [string, EnvironmentState, readonly Buffer[]]>([
    ["a chunk of no response", "invoking", [chunk("a")]],
    ["an end of no response", "invoking", [end()]],
    ["a beginning inside a response", "invoking", [begin, begin]],
    ["a whole answer inside a response", "invoking", [begin, frame(17, { requestId: "id-1" }, "1")]],
    ["a poll inside a response", "invoking", [begin, next]],
    ["an error of init inside a response", "invoking", [begin, frame(19, { errorType: "T" })]],
    ["a response without a type", "invoking", [frame(20, { requestId: "id-1" })]],
    ["a response to another request", "invoking", [frame(20, { requestId: "id-2", contentType: "t" })]],
    ["a response to no event", "idle", [begin]],
    ["a frame for guests", "invoking", [frame(1, {})]],
    ["meta that is no object", "invoking", [encodeFrame(17, "1")]],
    ["meta that is no JSON", "invoking", [encodeFrame(17, "{")]],
    ["an inherited member", "invoking", [frame(17, {})]],
  ])("loses its environment by %s, and is not heard any more", (_, state, frames) => {
    const { hear, port } = converse(state);
    hear(...frames);
    expect(port.violations).toHaveLength(1);
    hear(frame(18, { requestId: "id-1", errorType: "T" }, "{}"), chunk("a"));
    expect(port).toMatchObject({ violations: [expect.any(String)], errors: [], responses: [] });
  });
});
