// A REST operation: HTTP bindings around a body in JSON or XML, compiled once.
import { collect } from "./body.ts";
import { newNotes, type BodyCodec } from "./codec.ts";
import { eventReader, eventStreamType, eventWriter } from "./event-stream.ts";
import type { OperationCodec } from "./operation-codec.ts";
import { bodyReader, headReader, headWriter, inputBody, outputBody, type BodyBinding } from "./rest-bindings.ts";
import { labelReader, templateOf } from "./rest-route.ts";
import { isRecord } from "./scalar.ts";
import type { DecodedInput } from "./protocol.ts";
import type { OperationSchema, Shape } from "./shape.ts";
import type { WireResponse } from "./wire.ts";

export interface RestOptions {
  readonly codec: BodyCodec;
  /** Content type of a blob that is the whole body. */
  readonly blobContentType: string;
}

export function restOperation(operation: OperationSchema, options: RestOptions): OperationCodec {
  return {
    decode: inputDecoder(operation, options.codec),
    encode: messageEncoder(operation.output, options, operation.http?.status ?? 200),
  };
}

/** Streams are handed on untouched; everything else is collected first. */
function inputDecoder(operation: OperationSchema, codec: BodyCodec): OperationCodec["decode"] {
  const template = templateOf(operation);
  const labelsOf = labelReader(template);
  const readHead = headReader(operation.input, new Set(template.query.map(([key]) => key)));
  const binding = inputBody(operation.input);
  const readBody = bodyReader(binding, codec);
  const readEvents = binding.kind === "events" ? eventReader(binding.shape, codec) : undefined;
  return (request) => {
    const input: Record<string, unknown> = {};
    const notes = newNotes();
    const withBody = (body: Uint8Array): DecodedInput => {
      readBody(body, input, notes);
      return { input, unknownMembers: notes.unknownMembers };
    };
    readHead(request, labelsOf(request.path), input);
    if (readEvents !== undefined && binding.kind === "events") input[binding.name] = readEvents(request.body);
    else if (binding.kind === "stream") input[binding.name] = request.body;
    else if (binding.kind !== "none") {
      // Not as an async function: what is there already need not be waited for.
      const body = collect(request);
      return body instanceof Promise ? body.then(withBody) : withBody(body);
    }
    return { input, unknownMembers: notes.unknownMembers };
  };
}

export type MessageEncoder = (message: object) => WireResponse;

/** Answers and errors are written alike: a structure with HTTP bindings and a status unless a member gives it. */
export function messageEncoder(shape: Shape, options: RestOptions, status: number): MessageEncoder {
  const writeHead = headWriter(shape);
  const writeBody = bodyWriter(outputBody(shape), options);
  return (message) => {
    if (!isRecord(message)) throw new TypeError(`${shape.getName() ?? "output"} must be an object`);
    const headers: Record<string, string> = {};
    const body = writeBody(message, headers);
    return { status: writeHead(message, headers) ?? status, headers, body };
  };
}

type WriteMessageBody = (message: Record<string, unknown>, headers: Record<string, string>) => WireResponse["body"];

/** A content type is set only with a body, and before the headers are written, so that a bound member may replace it. */
function bodyWriter(binding: BodyBinding, options: RestOptions): WriteMessageBody {
  const { codec } = options;
  switch (binding.kind) {
    case "none":
      return () => undefined;
    case "members": {
      const write = codec.writer(binding.shape);
      return (message, headers) => {
        headers["Content-Type"] = codec.contentType;
        return write(message);
      };
    }
    case "payload": {
      const write = codec.writer(binding.shape);
      return (message, headers) => {
        const value = message[binding.name];
        if (value === undefined || value === null) return undefined;
        headers["Content-Type"] = codec.contentType;
        return write(value);
      };
    }
    case "events": {
      const write = eventWriter(binding.shape, codec);
      return (message, headers) => {
        const events = message[binding.name];
        // An answer may have none, such as that to a dry run.
        if (events === undefined) return undefined;
        headers["Content-Type"] = eventStreamType;
        return write(events);
      };
    }
    case "raw":
    case "stream":
      return bytesWriter(binding, options);
    default:
      return binding satisfies never;
  }
}

/** Bytes, text and streams leave as the handler gave them. */
function bytesWriter(binding: BodyBinding & { kind: "raw" | "stream" }, options: RestOptions): WriteMessageBody {
  const text = binding.kind === "raw" && binding.text;
  const contentType = binding.shape.getMergedTraits().mediaType ?? (text ? "text/plain" : options.blobContentType);
  return (message, headers) => {
    const body = message[binding.name];
    if (body === undefined || body === null) return undefined;
    if (!isBody(body)) throw new TypeError(`${binding.name} must be bytes, text or a stream of bytes`);
    headers["Content-Type"] = contentType;
    return body;
  };
}

const isBody = (value: unknown): value is NonNullable<WireResponse["body"]> =>
  typeof value === "string" ||
  value instanceof Uint8Array ||
  (typeof value === "object" && value !== null && Symbol.asyncIterator in value);
