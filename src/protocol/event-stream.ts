// Event streams in both directions: unions of events on our side, frames on the wire, payloads by the body codec of
// the protocol. An event is read or made when somebody asks for it, which is back-pressure.
import { Int64 } from "@smithy/core/event-streams";
import type { Message, MessageHeaders } from "@smithy/types";
import { newNotes, type BodyCodec } from "./codec.ts";
import { decodeFrame, encodeFrame, messagesOf } from "./event-frame.ts";
import { serialization } from "./faults.ts";
import { isRecord } from "./scalar.ts";
import { kindOf, membersOf, structureOf, type Member, type Shape } from "./shape.ts";

export const eventStreamType = "application/vnd.amazon.eventstream";

/** Where the members of an event travel: in headers of its frame, as its payload, or in a structure that is. */
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

type Event = Record<string, unknown>;
type ReadEvent = (message: Message) => Event;
type ReadPayload = (event: Event, body: Uint8Array) => void;

/** A payload of bytes or text is taken as it is; any other is in the body format of the protocol. */
function payloadReader({ payload, rest }: EventPlan, codec: BodyCodec): ReadPayload {
  if (payload === undefined) {
    const read = codec.reader(rest);
    return (event, body) => void (body.byteLength > 0 && Object.assign(event, read(body, newNotes())));
  }
  const [name, shape] = payload;
  const kind = kindOf(shape);
  if (kind === "blob") return (event, body) => void (event[name] = body);
  if (kind === "string") return (event, body) => void (event[name] = Buffer.from(body).toString());
  const read = codec.reader(shape);
  return (event, body) => void (event[name] = read(body, newNotes()));
}

function eventReaderOf(shape: Shape, codec: BodyCodec): ReadEvent {
  const plan = eventPlan(shape);
  const readPayload = payloadReader(plan, codec);
  return ({ headers, body }) => {
    const event: Event = {};
    for (const [name, member] of plan.headers) {
      const value = headers[name]?.value;
      // Longs arrive as eight bytes (Int64), everything else as what it is.
      if (value !== undefined) event[name] = kindOf(member) === "number" ? Number(value) : value;
    }
    readPayload(event, body);
    return event;
  };
}

/** Events of a request body, one at a time, as the union that the client's types know. */
export function eventReader(
  union: Shape,
  codec: BodyCodec,
): (body: AsyncIterable<Uint8Array>) => AsyncIterable<object> {
  const readers = new Map(membersOf(union).map(([name, shape]) => [name, eventReaderOf(shape, codec)]));
  return async function* events(body) {
    for await (const outer of messagesOf(body)) {
      // A signed stream wraps every event in a frame of its own, which names no type; an empty one ends it.
      const wrapped = !(":event-type" in outer.headers);
      if (wrapped && outer.body.byteLength === 0) continue;
      const message = wrapped ? decodeFrame(outer.body) : outer;
      const type = String(message.headers[":event-type"]?.value);
      const read = readers.get(type);
      if (read === undefined) throw serialization(`Unknown event type: ${type}`);
      yield { [type]: read(message) };
    }
  };
}

type WriteEvent = (event: Event) => Uint8Array;

const text = (value: string): MessageHeaders[string] => ({ type: "string", value });

/** Errors are members of the union too; their frames say so, and end the stream for clients. */
function eventWriterOf([type, shape]: Member, codec: BodyCodec): WriteEvent {
  const { headers: headerMembers, payload, rest } = eventPlan(shape);
  const kind = payload === undefined ? undefined : kindOf(payload[1]);
  const contentTypes: Readonly<Record<string, string>> = { blob: "application/octet-stream", string: "text/plain" };
  const isError = shape.getMergedTraits().error !== undefined;
  const common: MessageHeaders = {
    ":message-type": text(isError ? "exception" : "event"),
    [isError ? ":exception-type" : ":event-type"]: text(type),
    ":content-type": text(contentTypes[kind ?? ""] ?? codec.contentType),
  };
  const write = kind === "blob" || kind === "string" ? undefined : codec.writer(payload?.[1] ?? rest);
  return (event) => {
    const headers = { ...common };
    for (const [name] of headerMembers) {
      const value = event[name];
      if (value !== undefined && value !== null) headers[name] = headerValue(value);
    }
    const value = payload === undefined ? event : event[payload[0]];
    const body = write === undefined ? (value ?? "") : write(value ?? {});
    return encodeFrame({ headers, body: bytesOf(body) });
  };
}

/** The first frame of an answer in an RPC protocol: the members of the output that do not stream. */
export const initialResponse = (body: Uint8Array | string, contentType: string): Uint8Array =>
  encodeFrame({
    headers: {
      ":message-type": text("event"),
      ":event-type": text("initial-response"),
      ":content-type": text(contentType),
    },
    body: bytesOf(body),
  });

/** Headers are typed (https://smithy.io/2.0/aws/amazon-eventstream.html); the value tells which type it wants. */
function headerValue(value: unknown): MessageHeaders[string] {
  if (typeof value === "boolean") return { type: "boolean", value };
  if (typeof value === "number") {
    const isShort = Number.isInteger(value) && value === (value | 0);
    return isShort ? { type: "integer", value } : { type: "long", value: Int64.fromNumber(value) };
  }
  if (value instanceof Date) return { type: "timestamp", value };
  if (value instanceof Uint8Array) return { type: "binary", value };
  return text(String(value));
}

function bytesOf(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value;
  if (typeof value === "string") return Buffer.from(value);
  throw new TypeError("an event payload must be bytes or text");
}

/** Bytes of a response body out of an iterable of union events. */
export function eventWriter(union: Shape, codec: BodyCodec): (events: unknown) => AsyncIterable<Uint8Array> {
  const writers = new Map(membersOf(union).map((member) => [member[0], eventWriterOf(member, codec)]));
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
