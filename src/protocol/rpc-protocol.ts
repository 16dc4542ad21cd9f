// RPC protocols: the whole input is the body. Here awsJson1_0 and awsJson1_1, which name the operation in a header.
// https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html
import { NormalizedSchema, SCHEMA } from "@smithy/core/schema";
import { collect } from "./body.ts";
import { newNotes, type BodyCodec, type WriteBody } from "./codec.ts";
import { eventStreamType, eventWriter, initialResponse } from "./event-stream.ts";
import { errorShape, faultMembers, queryCodeOf } from "./fault-body.ts";
import { jsonCodec } from "./json.ts";
import type { OperationCodec, Protocol } from "./operation-codec.ts";
import type { ProtocolName } from "./protocol.ts";
import { isRecord } from "./scalar.ts";
import type { ServiceEntry } from "./service-table.ts";
import { membersOf, structureOf, type OperationSchema, type Shape } from "./shape.ts";
import type { WireRequest } from "./wire.ts";

export interface RpcDialect {
  readonly name: ProtocolName;
  readonly codec: BodyCodec;
  /** Headers of every answer. */
  readonly headers: Readonly<Record<string, string>>;
  /** Whether `__type` of a modelled error carries its namespace: AWS's 1.0 and CBOR services do, its 1.1 services not. */
  readonly fullTypes: boolean;
  operationOf(request: WireRequest, targetPrefix: string): string | undefined;
}

/** `Logs_20140328.PutLogEvents`. A target of another service is unknown here, whatever follows its dot. */
function byTarget({ headers }: WireRequest, targetPrefix: string): string | undefined {
  const target = headers["x-amz-target"];
  if (target === undefined) return undefined;
  const [, prefix, operation] = /^(.*)\.([^.]*)$/.exec(target) ?? [];
  return prefix === targetPrefix ? operation : target;
}

const json = (version: "1.0" | "1.1"): RpcDialect => ({
  name: version === "1.0" ? "awsJson1_0" : "awsJson1_1",
  codec: jsonCodec(`application/x-amz-json-${version}`, false),
  headers: {},
  fullTypes: version === "1.0",
  operationOf: byTarget,
});

export const awsJson10 = (entry: ServiceEntry): Protocol => rpcProtocol(json("1.0"), entry);
export const awsJson11 = (entry: ServiceEntry): Protocol => rpcProtocol(json("1.1"), entry);

const string = NormalizedSchema.of(SCHEMA.STRING);
const document = NormalizedSchema.of(SCHEMA.DOCUMENT);

/** Errors name themselves in their body. */
const typedError = (shape: Shape): Shape => structureOf(shape, [["__type", string], ...membersOf(errorShape(shape))]);

/** What the RPC protocols have in common; a dialect is the rest. */
export function rpcProtocol(dialect: RpcDialect, entry: ServiceEntry): Protocol {
  const { codec } = dialect;
  const writers = new Map<Shape, WriteBody>();
  const writerOf = (shape: Shape): WriteBody => {
    const write = writers.get(shape) ?? codec.writer(shape === document ? document : typedError(shape));
    writers.set(shape, write);
    return write;
  };
  return {
    name: dialect.name,
    asked: (wire) => {
      const operation = dialect.operationOf(wire, entry.targetPrefix);
      return operation === undefined ? undefined : { operation, wire };
    },
    operation: (schema) => ({ decode: inputDecoder(schema, codec), encode: outputEncoder(schema, dialect) }),
    encodeFault: (fault, shape) => {
      const headers: Record<string, string> = { "Content-Type": codec.contentType, ...dialect.headers };
      // https://smithy.io/2.0/aws/protocols/aws-query-protocol.html, awsQueryCompatible
      if (entry.queryCompatible === true) {
        const code = shape === undefined ? (entry.unmodelledErrors?.[fault.code] ?? fault.code) : queryCodeOf(shape);
        headers["x-amzn-query-error"] = `${code};${fault.kind === "client" ? "Sender" : "Receiver"}`;
      }
      const type = shape?.getName(dialect.fullTypes) ?? fault.code;
      const body = writerOf(shape ?? document)({ __type: type, ...faultMembers(fault, shape) });
      return { status: fault.status, headers, body };
    },
  };
}

function inputDecoder(operation: OperationSchema, codec: BodyCodec): OperationCodec["decode"] {
  const read = codec.reader(operation.input);
  return async (request) => {
    const notes = newNotes();
    const input = read(await collect(request), notes);
    return { input: isRecord(input) ? input : {}, unknownMembers: notes.unknownMembers };
  };
}

/** An output that streams begins with a frame of all the members that do not. */
function outputEncoder({ output }: OperationSchema, { codec, headers }: RpcDialect): OperationCodec["encode"] {
  const members = membersOf(output);
  const stream = members.find(([, shape]) => shape.isStreaming() && shape.isStructSchema());
  if (stream === undefined) {
    const write = codec.writer(output);
    return (value) => ({
      status: 200,
      headers: { "Content-Type": codec.contentType, ...headers },
      body: write(value),
    });
  }
  const [name, union] = stream;
  const writeRest = codec.writer(
    structureOf(
      output,
      members.filter((member) => member !== stream),
    ),
  );
  const writeEvents = eventWriter(union, codec);
  return (value) => {
    if (!isRecord(value)) throw new TypeError(`${output.getName() ?? "output"} must be an object`);
    const first = initialResponse(writeRest(value), codec.contentType);
    const body = startingWith(first, writeEvents(value[name]));
    return { status: 200, headers: { "Content-Type": eventStreamType, ...headers }, body };
  };
}

async function* startingWith(first: Uint8Array, rest: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield first;
  yield* rest;
}
