// One service on the wire: tells operations apart, and hands each to the protocol that the request speaks. Everything
// is compiled from the client's schemas, an operation on its first call.
import { unknownOperation } from "./faults.ts";
import { errorsByCode } from "./fault-body.ts";
import { unmodelledHeaders, type WithUnmodelledHeaders } from "./operation.ts";
import type { Asked, OperationCodec, Protocol } from "./operation-codec.ts";
import type { IdentifiedRequest, ProtocolName, ServiceWire } from "./protocol.ts";
import { services, type ServiceEntry } from "./service-table.ts";
import { schemasOf, type OperationSchema, unmodelledOperation } from "./shape.ts";
import type { WireRequest, WireResponse } from "./wire.ts";

/** Imports the client and turns its schemas round: 2 to 50 ms, so a service is loaded on its first request. */
export async function loadServiceWire(name: string): Promise<ServiceWire> {
  const entry = services.find((service) => service.name === name);
  if (entry === undefined) throw new RangeError(`no such service: ${name}`);
  return serviceWire(entry, await entry.load());
}

type MakeProtocol = (entry: ServiceEntry, operations: readonly OperationSchema[]) => Protocol;

/** A process loads only the protocols that its services speak. */
const makers: Readonly<Record<ProtocolName, () => Promise<MakeProtocol>>> = {
  restJson1: async () => (await import("./rest-json-protocol.ts")).restJsonProtocol,
  restXml: async () => (await import("./rest-xml-protocol.ts")).restXmlProtocol,
  awsJson1_0: async () => (await import("./rpc-protocol.ts")).awsJson10,
  awsJson1_1: async () => (await import("./rpc-protocol.ts")).awsJson11,
  rpcv2Cbor: async () => (await import("./rpc-v2-cbor-protocol.ts")).rpcV2Cbor,
  awsQuery: async () => (await import("./query-protocol.ts")).awsQuery,
  ec2Query: async () => (await import("./query-protocol.ts")).ec2Query,
};

/** `client` is the module of the official client: all that is known of the service's shapes comes from it. */
export async function serviceWire(entry: ServiceEntry, client: object): Promise<ServiceWire> {
  const { operations, errors } = schemasOf(client);
  const byName = new Map(operations.map((operation) => [operation.name, operation]));
  // Told apart on the wire, so that whoever serves the others can refuse these by name; never decoded.
  const newer = (entry.newerOperations ?? []).filter(({ name }) => !byName.has(name)).map(unmodelledOperation);
  const names = new Set([...byName.keys(), ...newer.map(({ name }) => name)]);
  const protocols = new Map<ProtocolName, Protocol>();
  for (const name of entry.protocols) protocols.set(name, (await makers[name]())(entry, [...operations, ...newer]));
  const errorOf = errorsByCode(errors);

  const protocolOf = (name: ProtocolName): Protocol => {
    const protocol = protocols.get(name);
    if (protocol === undefined) throw new RangeError(`${entry.name} does not speak ${name}`);
    return protocol;
  };
  const inTurn = [...protocols.values()];
  /** The protocols are asked one after the other; not as an async function, since the hot path has nothing to wait for. */
  const identify = (request: WireRequest, from = 0): IdentifiedRequest | Promise<IdentifiedRequest> => {
    const protocol = inTurn[from];
    if (protocol === undefined) throw unknownOperation(entry.protocols[0], `${request.method} ${request.path}`, entry);
    const judge = (asked: Asked | undefined): IdentifiedRequest | Promise<IdentifiedRequest> => {
      if (asked === undefined) return identify(request, from + 1);
      if (!names.has(asked.operation)) throw unknownOperation(protocol.name, asked.operation, entry);
      return { operation: asked.operation, protocol: protocol.name, wire: asked.wire };
    };
    const asking = protocol.asked(request);
    return asking instanceof Promise ? asking.then(judge) : judge(asking);
  };
  const compiled = new Map<ProtocolName, Map<string, OperationCodec>>(entry.protocols.map((name) => [name, new Map()]));
  /** Compiled on first use: EC2 alone has more than eight hundred operations. */
  const codecOf = (name: ProtocolName, operation: string): OperationCodec => {
    const known = compiled.get(name)?.get(operation);
    if (known !== undefined) return known;
    const schema = byName.get(operation);
    if (schema === undefined) throw unknownOperation(name, operation, entry);
    const codec = protocolOf(name).operation(schema);
    compiled.get(name)?.set(operation, codec);
    return codec;
  };
  const withRequestId = (response: WireResponse, requestId: string): WireResponse => {
    response.headers[entry.requestIdHeader ?? "x-amzn-RequestId"] = requestId;
    return response;
  };

  return {
    service: entry.name,
    operations: new Set(byName.keys()),
    identify: (request) => identify(request),
    decode: ({ operation, protocol, wire }) => codecOf(protocol, operation).decode(wire),
    encodeOutput: ({ operation, protocol }, output: WithUnmodelledHeaders, requestId) => {
      const response = codecOf(protocol, operation).encode(output, requestId);
      const more = output[unmodelledHeaders];
      if (more !== undefined) Object.assign(response.headers, more);
      return withRequestId(response, requestId);
    },
    encodeFault: (protocol, fault, requestId) =>
      withRequestId(protocolOf(protocol).encodeFault(fault, fault.isBare ? undefined : errorOf.get(fault.code), requestId), requestId),
  };
}
