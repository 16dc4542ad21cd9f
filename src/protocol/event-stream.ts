// Event streams (application/vnd.amazon.eventstream) in both directions: frames by the codec of @smithy/core, their
// payloads by the body codec of the protocol. Events are made when the reader asks for them, which is back-pressure.
import { EventStreamCodec, getChunkedStream } from "@smithy/core/event-streams";
import type { Message, MessageHeaders } from "@smithy/types";
import { newNotes, type BodyCodec } from "./codec.ts";
import { serialization } from "./faults.ts";
import { isRecord } from "./scalar.ts";
import { kindOf, membersOf, structureOf, type Member, type Shape } from "./shape.ts";

export const eventStreamType = "application/vnd.amazon.eventstream";

const frames = new EventStreamCodec(
  (bytes) => (typeof bytes === "string" ? bytes : Buffer.from(bytes).toString()),
  (text) => Buffer.from(text),
);

interface EventPlan {
  readonly headers: readonly Member[];
  readonly payload: Member | undefined;
  readonly rest: Shape;
}

function eventPlan(shape: Shape): EventPlan {
  const members = membersOf(shape);
  const headers = members.filter(([, member]) => member.getMergedTraits().eventHeader);
  const payload = members.find(([, member]) => member.getMergedTraits().eventPayload);
  const rest = members.filter((member) => !headers.includes(member) && member !== payload);
  return { headers, payload, rest: structureOf(shape, rest) };
}

type ReadEvent = (message: Message) => Record<string, unknown>;

function readEventOf(shape: Shape, codec: BodyCodec): ReadEvent {
  const { headers, payload, rest } = eventPlan(shape);
  const isRaw = payload !== undefined && ["blob", "string"].includes(kindOf(payload[1]));
  const readBody = isRaw ? undefined : codec.reader(payload?.[1] ?? rest);
  return (message) => {
    const event: Record<string, unknown> = {};
    for (const [name] of headers) {
      const value = message.headers[name]?.value;
      if (value !== undefined) event[name] = typeof value === "object" && "valueOf" in value && "bytes" in value ? Number(value) : value;
    }
    if (payload === undefined) return message.body.byteLength === 0 ? event : Object.assign(event, readBody?.(message.body, newNotes()));
    if (readBody === undefined) event[payload[0]] = kindOf(payload[1]) === "string" ? Buffer.from(message.body).toString() : message.body;
    else event[payload[0]] = readBody(message.body, newNotes());
    return event;
  };
}

/** Events of a request body, one at a time, as the union that the client's types know. */
export function eventReader(union: Shape, codec: BodyCodec): (body: AsyncIterable<Uint8Array>) => AsyncIterable<object> {
  const readers = new Map(membersOf(union).map(([name, shape]) => [name, readEventOf(shape, codec)]));
  return async function* events(body) {
    for await (const frame of getChunkedStream(body)) {
      // A signed stream wraps every event in a frame of its own, ends with an empty one, and names no event type.
      const message = decodeFrame(frame);
      const inner = ":event-type" in message.headers || message.body.byteLength === 0 ? message : decodeFrame(message.body);
      const type = inner.headers[":event-type"]?.value;
      if (type === undefined) continue;
      const read = typeof type === "string" ? readers.get(type) : undefined;
      if (read === undefined) throw serialization(`Unknown event type: ${String(type)}`);
      yield { [String(type)]: read(inner) };
    }
  };
}

function decodeFrame(frame: Uint8Array): Message {
  try {
    return frames.decode(frame);
  } catch (error) {
    throw serialization("Malformed event stream frame.", error);
  }
}

type WriteEvent = (event: Record<string, unknown>) => Uint8Array;

function writeEventOf([name, shape]: Member, codec: BodyCodec): WriteEvent {
  const { headers: headerMembers, payload, rest } = eventPlan(shape);
  const kind = payload === undefined ? undefined : kindOf(payload[1]);
  const raw = kind === "blob" || kind === "string";
  const contentType = kind === "blob" ? "application/octet-stream" : kind === "string" ? "text/plain" : codec.contentType;
  const write = raw ? undefined : codec.writer(payload?.[1] ?? rest);
  return (event) => {
    const headers: MessageHeaders = {
      ":message-type": { type: "string", value: shape.getMergedTraits().error === undefined ? "event" : "exception" },
      [shape.getMergedTraits().error === undefined ? ":event-type" : ":exception-type"]: { type: "string", value: name },
      ":content-type": { type: "string", value: contentType },
    };
    for (const [header] of headerMembers) {
      const value = event[header];
      if (value !== undefined && value !== null) headers[header] = headerValue(value);
    }
    const value = payload === undefined ? event : event[payload[0]];
    const body = write === undefined ? (value ?? "") : write(value ?? {});
    return frames.encode({ headers, body: bytesOf(body) });
  };
}

/** The first frame of an answer in an RPC protocol: the members of the output that do not stream. */
export const initialResponse = (body: Uint8Array | string, contentType: string): Uint8Array =>
  frames.encode({
    headers: {
      ":message-type": { type: "string", value: "event" },
      ":event-type": { type: "string", value: "initial-response" },
      ":content-type": { type: "string", value: contentType },
    },
    body: bytesOf(body),
  });

function headerValue(value: unknown): MessageHeaders[string] {
  if (typeof value === "boolean") return { type: "boolean", value };
  if (typeof value === "number") return { type: "integer", value };
  if (value instanceof Date) return { type: "timestamp", value };
  if (value instanceof Uint8Array) return { type: "binary", value };
  return { type: "string", value: String(value) };
}

function bytesOf(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value;
  if (typeof value === "string") return Buffer.from(value);
  throw new TypeError("an event payload must be bytes or text");
}

/** Bytes of a response body out of an iterable of union events. */
export function eventWriter(union: Shape, codec: BodyCodec): (events: unknown) => AsyncIterable<Uint8Array> {
  const writers = new Map(membersOf(union).map((member) => [member[0], writeEventOf(member, codec)]));
  return async function* bytes(events) {
    if (!isAsyncIterable(events)) throw new TypeError(`${union.getName() ?? "events"} must be an async iterable`);
    for await (const event of events) {
      if (!isRecord(event)) throw new TypeError("an event must be an object");
      for (const [type, value] of Object.entries(event)) {
        const write = writers.get(type);
        if (value === undefined || !isRecord(value)) continue;
        if (write === undefined) throw new TypeError(`${type} is not an event of ${union.getName() ?? "the stream"}`);
        yield write(value);
      }
    }
  };
}

const isAsyncIterable = (value: unknown): value is AsyncIterable<unknown> =>
  typeof value === "object" && value !== null && Symbol.asyncIterator in value;
