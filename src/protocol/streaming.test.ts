// Bodies and events that stream: what has been sent is there before the rest is, and nothing is asked for too early.
import { KinesisClient, ResourceNotFoundException, SubscribeToShardCommand } from "@aws-sdk/client-kinesis";
import { InvokeWithResponseStreamCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { EventStreamCodec } from "@smithy/core/event-streams";
import { HttpResponse } from "@smithy/core/transport";
import { Readable } from "node:stream";
import { describe, expect, test } from "vitest";
import { read, request, wireOf } from "./request.case.ts";
import { serviceWire } from "./service-wire.ts";
import type { WireResponse } from "./wire.ts";

/** A source that says how often it was asked, and hands out one item when it is. */
function counted<Item>(items: readonly Item[]): { asked: number; source: AsyncIterable<Item> } {
  const counter = {
    asked: 0,
    source: {
      [Symbol.asyncIterator]: async function* each() {
        for (const item of items) {
          counter.asked += 1;
          yield item;
        }
      },
    },
  };
  return counter;
}

const chunks = ["one", "two", "three"].map((text) => Buffer.from(text));

function iteratorOf(body: WireResponse["body"]): AsyncIterator<Uint8Array> {
  if (typeof body !== "object" || !(Symbol.asyncIterator in body)) throw new TypeError("no stream");
  return body[Symbol.asyncIterator]();
}

/** Handler of an official client that is answered with this. */
const answering = (answer: WireResponse): object => ({
  region: "eu-west-1",
  maxAttempts: 1,
  credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" },
  requestHandler: {
    handle: async () => {
      const headers = Object.entries(answer.headers).map(([name, value]) => [name.toLowerCase(), value]);
      const body = Readable.from(typeof answer.body === "object" ? answer.body : []);
      return { response: new HttpResponse({ statusCode: answer.status, headers: Object.fromEntries(headers), body }) };
    },
  },
});

describe("blobs", () => {
  test("an upload is handed on chunk by chunk, and not before it is asked for", async () => {
    const upload = counted(chunks);
    const { input } = await read("s3", request("PUT /b/k", { body: upload.source }));
    expect(upload.asked).toBe(0);
    expect(input["Body"]).toBe(upload.source);
  });

  test("a download is the handler's own stream", async () => {
    const download = counted(chunks);
    const wire = await wireOf("s3");
    const { body } = wire.encodeOutput({ operation: "GetObject", protocol: "restXml" }, { Body: download.source }, "r");
    expect(body).toBe(download.source);
    expect(download.asked).toBe(0);
  });
});

describe("events out", () => {
  const events = chunks.map((Payload) => ({ PayloadChunk: { Payload } }));
  const encode = async (source: AsyncIterable<unknown>): Promise<WireResponse> =>
    (await wireOf("lambda")).encodeOutput(
      { operation: "InvokeWithResponseStream", protocol: "restJson1" },
      { StatusCode: 200, EventStream: source },
      "r",
    );

  test("one event is made a frame when the reader asks for it", async () => {
    const source = counted(events);
    const iterator = iteratorOf((await encode(source.source)).body);
    expect(source.asked).toBe(0);
    await iterator.next();
    expect(source.asked).toBe(1);
    await iterator.next();
    expect(source.asked).toBe(2);
  });

  test("the official client sees the first before the second exists", async () => {
    const { promise: second, resolve: goOn } = Promise.withResolvers<void>();
    async function* source(): AsyncGenerator {
      yield events[0];
      await second;
      yield { InvokeComplete: { ErrorCode: "Unhandled" } };
    }
    const client = new LambdaClient(answering(await encode(source())));
    const { EventStream } = await client.send(new InvokeWithResponseStreamCommand({ FunctionName: "f" }));
    const seen: unknown[] = [];
    for await (const event of EventStream ?? []) {
      seen.push(event.InvokeComplete ?? Buffer.from(event.PayloadChunk?.Payload ?? []).toString());
      goOn();
    }
    expect(seen).toEqual(["one", { ErrorCode: "Unhandled" }]);
  });

  test("a reader that leaves ends the source", async () => {
    let ended = false;
    async function* source(): AsyncGenerator {
      try {
        for (;;) yield events[0];
      } finally {
        ended = true;
      }
    }
    const iterator = iteratorOf((await encode(source())).body);
    await iterator.next();
    await iterator.return?.();
    expect(ended).toBe(true);
  });

  test("an error among the events is thrown by the official client", async () => {
    async function* source(): AsyncGenerator {
      yield { SubscribeToShardEvent: { Records: [], ContinuationSequenceNumber: "1", MillisBehindLatest: 0 } };
      yield { ResourceNotFoundException: { message: "gone" } };
    }
    const wire = await wireOf("kinesis");
    const identified = { operation: "SubscribeToShard", protocol: "awsJson1_1" } as const;
    const client = new KinesisClient(answering(wire.encodeOutput(identified, { EventStream: source() }, "r")));
    const input = {
      ConsumerARN: "arn:aws:kinesis:eu-west-1:123456789012:stream/s/consumer/c:1",
      ShardId: "s",
      StartingPosition: { Type: "LATEST" },
    } as const;
    const { EventStream } = await client.send(new SubscribeToShardCommand(input));
    const seen: unknown[] = [];
    const reading = (async (): Promise<void> => {
      for await (const event of EventStream ?? []) seen.push(event.SubscribeToShardEvent?.ContinuationSequenceNumber);
    })();
    await expect(reading).rejects.toThrow("gone");
    await expect(reading).rejects.toBeInstanceOf(ResourceNotFoundException);
    expect(seen).toEqual(["1"]);
  });
});

describe("events in", () => {
  // No service of the table has an operation that takes events; Transcribe and Bedrock have some of this form.
  const chunk = [
    3,
    "test",
    "Chunk",
    0,
    ["At", "Data"],
    [
      [1, { eventHeader: 1 }],
      [21, { eventPayload: 1 }],
    ],
  ];
  const note = [3, "test", "Note", 0, ["Text"], [0]];
  const audio = [4, "test", "Audio", { streaming: 1 }, ["Chunk", "Note"], [() => chunk, () => note]];
  const input = [
    3,
    "test",
    "TalkRequest",
    0,
    ["Session", "Audio"],
    [
      [0, { httpHeader: "x-session" }],
      [() => audio, 16],
    ],
  ];
  const Talk$ = [9, "test", "Talk", { http: ["POST", "/talk", 200] }, () => input, () => "unit"];
  const entry = {
    name: "test",
    load: async () => ({}),
    signingName: "test",
    targetPrefix: "Test",
    protocols: ["restJson1"],
    version: "1",
  } as const;

  const frames = new EventStreamCodec(
    (bytes) => Buffer.from(bytes).toString(),
    (text) => Buffer.from(text),
  );
  const chunkFrame = frames.encode({
    headers: {
      ":event-type": { type: "string", value: "Chunk" },
      ":message-type": { type: "string", value: "event" },
      At: { type: "integer", value: 7 },
    },
    body: Buffer.from("abc"),
  });
  const noteFrame = frames.encode({
    headers: { ":event-type": { type: "string", value: "Note" }, ":message-type": { type: "string", value: "event" } },
    body: Buffer.from('{"Text":"hi"}'),
  });
  const signed = (inner: Uint8Array): Uint8Array =>
    frames.encode({
      headers: {
        ":date": { type: "timestamp", value: new Date(0) },
        ":chunk-signature": { type: "binary", value: Uint8Array.of(1) },
      },
      body: inner,
    });

  const isStream = (value: unknown): value is AsyncIterable<object> =>
    typeof value === "object" && value !== null && Symbol.asyncIterator in value;

  async function events(body: AsyncIterable<Uint8Array>): Promise<{ session: unknown; events: AsyncIterable<object> }> {
    const wire = await serviceWire(entry, { Talk$ });
    const decoded = await wire.decode(
      await wire.identify(request("POST /talk", { headers: { "x-session": "s" }, body })),
    );
    const { Session: session, Audio: stream } = decoded.input;
    if (!isStream(stream)) throw new TypeError("no events");
    return { session, events: stream };
  }

  test.each([
    ["frames", Buffer.concat([chunkFrame, noteFrame])],
    [
      "signed frames with an empty one at the end",
      Buffer.concat([signed(chunkFrame), signed(noteFrame), signed(new Uint8Array())]),
    ],
  ])("%s become events, wherever the chunks are cut", async (_name, bytes) => {
    const cut = counted(Array.from(bytes, (byte) => Uint8Array.of(byte)));
    const got = await events(cut.source);
    expect(got.session).toBe("s");
    expect(cut.asked).toBe(0);
    expect(await Array.fromAsync(got.events)).toEqual([
      { Chunk: { At: 7, Data: Uint8Array.from(Buffer.from("abc")) } },
      { Note: { Text: "hi" } },
    ]);
  });

  test.each([
    ["a broken checksum", Buffer.concat([chunkFrame.subarray(0, -1), Uint8Array.of(0)])],
    [
      "an unknown event",
      frames.encode({ headers: { ":event-type": { type: "string", value: "Nothing" } }, body: new Uint8Array() }),
    ],
    ["half a frame", chunkFrame.subarray(0, 20)],
    ["a length that no frame has", Uint8Array.of(0, 0, 0, 1, 0, 0, 0, 0)],
    ["a length of gigabytes", Uint8Array.of(0x7f, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)],
  ])("%s is the caller's fault", async (_name, bytes) => {
    const got = await events(counted([bytes]).source);
    await expect(Array.fromAsync(got.events)).rejects.toMatchObject({ code: "SerializationException", status: 400 });
  });
});
