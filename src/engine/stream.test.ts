// Streamed invokes, with an environment that a test plays.
import { describe, expect, test } from "vitest";
import { functionId, functionVersion, settle, TestCatalog, textOf } from "../../test/harness/engine.ts";
import { ManualClock } from "../core/clock.ts";
import { systemIds } from "../core/ids.ts";
import { Bandwidth } from "./bandwidth.ts";
import type { StreamedInvoke } from "./engine.ts";
import type { InvocationRequest, Settlement } from "./environment/environment-parts.ts";
import type { ResponseReceiver } from "./environment/response.ts";
import type { InvokeParts } from "./invoke.ts";
import { stream } from "./stream.ts";

interface Played {
  readonly streamed: Promise<StreamedInvoke>;
  readonly receiver: ResponseReceiver;
  readonly clock: ManualClock;
  readonly settle: (settlement?: Partial<Settlement>) => void;
  readonly fail: (reason: unknown) => void;
}

const succeeded: Settlement = {
  payload: new Uint8Array(),
  contentType: undefined,
  functionError: undefined,
  errorType: undefined,
  logTail: undefined,
};

async function play(limits: { bandwidth?: boolean } = {}): Promise<Played> {
  const clock = new ManualClock();
  const catalog = new TestCatalog();
  catalog.put(functionVersion("f"));
  const { promise, resolve, reject } = Promise.withResolvers<Settlement>();
  let receiver: ResponseReceiver | undefined;
  const environment = {
    invoke: (request: InvocationRequest) => {
      receiver = request.receiver;
      return promise;
    },
  };
  const parts = {
    catalog,
    clock,
    ids: systemIds,
    ledger: { lease: () => ({ release: () => {} }) },
    fleet: { acquire: () => environment },
  } as unknown as InvokeParts;
  const request = {
    function: functionId("f"),
    qualifier: undefined,
    payload: Buffer.from("{}"),
    requestId: systemIds.requestId(),
    clientContext: undefined,
    trace: undefined,
    logTail: false,
  };
  const streamed = stream(parts, request, limits.bandwidth === true ? new Bandwidth(clock) : undefined);
  await settle();
  if (receiver === undefined) throw new Error("the environment was not asked");
  return { streamed, receiver, clock, settle: (settlement) => resolve({ ...succeeded, ...settlement }), fail: reject };
}

/** What has come so far, without waiting for more. */
function collect({ body }: StreamedInvoke): { readonly chunks: string[]; ended: boolean } {
  const seen = { chunks: [] as string[], ended: false };
  void (async () => {
    for await (const chunk of body) seen.chunks.push(textOf(chunk));
    seen.ended = true;
  })();
  return seen;
}

describe("a streamed invoke", () => {
  test("is there with the head, brings each chunk as it is written, and ends with the function", async () => {
    const { streamed, receiver, settle: end } = await play();
    receiver.begin({ contentType: "text/plain" });
    const answer = await streamed;
    expect(answer).toMatchObject({ executedVersion: "$LATEST", isStreamed: true, contentType: "text/plain" });
    const seen = collect(answer);
    for (const text of ["a", "b", "c"]) {
      receiver.write(Buffer.from(text));
      await settle();
      expect(seen.chunks.at(-1)).toBe(text);
    }
    expect(seen.ended).toBe(false);
    end({ logTail: Buffer.from("END") });
    expect(await answer.completed).toEqual({ error: undefined, logTail: Buffer.from("END") });
    await settle();
    expect(seen).toEqual({ chunks: ["a", "b", "c"], ended: true });
  });

  test("of a function that answers in one piece has that piece", async () => {
    const { streamed, settle: end } = await play();
    end({ payload: Buffer.from('{"a":1}') });
    const answer = await streamed;
    expect(answer).toMatchObject({ isStreamed: false, contentType: "application/json" });
    const seen = collect(answer);
    await settle();
    expect(seen).toEqual({ chunks: ['{"a":1}'], ended: true });
  });

  test("tells of a failure after the bytes that came before it", async () => {
    const { streamed, receiver, settle: end } = await play();
    receiver.begin({ contentType: "text/plain" });
    receiver.write(Buffer.from("half"));
    end({ payload: Buffer.from('{"errorType":"E"}'), functionError: "Unhandled", errorType: "Function.Oops" });
    const answer = await streamed;
    const seen = collect(answer);
    await settle();
    expect(seen).toEqual({ chunks: ["half"], ended: true });
    expect(await answer.completed).toMatchObject({ error: { errorType: "Function.Oops", payload: Buffer.from('{"errorType":"E"}') } });
  });

  test("rejects when the host fails before the first byte, and completes with the failure after it", async () => {
    const early = await play();
    early.fail(new Error("no disk"));
    await expect(early.streamed).rejects.toThrow("no disk");

    const late = await play();
    late.receiver.begin({ contentType: "text/plain" });
    const answer = await late.streamed;
    late.fail(new Error("no disk"));
    expect(await answer.completed).toMatchObject({ error: { errorType: "Sandbox.Failure" } });
  });

  test("makes the guest wait for a slow reader, and lets it go on when the reader leaves", async () => {
    const { streamed, receiver } = await play();
    receiver.begin({ contentType: "text/plain" });
    let room = 0;
    receiver.onRoom(() => (room += 1));
    expect(receiver.write(Buffer.alloc(100))).toBe(true);
    expect(receiver.write(Buffer.alloc(256 * 1024))).toBe(false);
    const reader = (await streamed).body[Symbol.asyncIterator]();
    await reader.next();
    expect(room).toBe(1);
    expect(receiver.write(Buffer.alloc(256 * 1024))).toBe(false);
    await reader.return?.();
    expect(room).toBe(2);
    expect(receiver.write(Buffer.alloc(1024 * 1024))).toBe(true);
  });

  test("costs a slow reader's server no more for being written byte by byte", async () => {
    const { streamed, receiver } = await play();
    receiver.begin({ contentType: "text/plain" });
    const slab = Buffer.alloc(256 * 1024, "x");
    for (let at = 0; at < slab.length; at += 1) receiver.write(slab.subarray(at, at + 1));
    const reader = (await streamed).body[Symbol.asyncIterator]();
    const { value } = await reader.next();
    expect(slab.equals(value as Uint8Array)).toBe(true);
  });

  test("lets the guest go on when the invoke is over before its reader has made room", async () => {
    const { streamed, receiver, settle: end } = await play();
    receiver.begin({ contentType: "text/plain" });
    let room = 0;
    receiver.onRoom(() => (room += 1));
    expect(receiver.write(Buffer.alloc(256 * 1024))).toBe(false);
    end({ functionError: "Unhandled", errorType: "Sandbox.Timedout" });
    await (await streamed).completed;
    await settle();
    expect(room).toBe(1);
  });

  test("leaves at AWS's speed where that is asked for: 6 MB at once, then 2 MB a second", async () => {
    const { streamed, receiver, clock } = await play({ bandwidth: true });
    receiver.begin({ contentType: "text/plain" });
    const seen = collect(await streamed);
    const megabyte = Buffer.alloc(1024 * 1024, "x");
    let left = 10;
    const write = (): void => {
      while (left > 0) {
        left -= 1;
        if (!receiver.write(megabyte)) return;
      }
    };
    receiver.onRoom(write);
    write();
    await settle();
    expect(seen.chunks).toHaveLength(6);
    clock.advance(124);
    await settle();
    expect(seen.chunks).toHaveLength(6);
    clock.advance(1);
    await settle();
    expect(seen.chunks).toHaveLength(7);
    clock.advance(1500);
    await settle();
    expect(seen.chunks).toHaveLength(10);
  });
});
