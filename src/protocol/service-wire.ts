// One service on the wire: tells operations apart, and hands each to the protocol that the request speaks. Everything
// is compiled from the client's schemas, an operation on its first call.
import type { Fault } from "../core/faults.ts";
import { unknownOperation } from "./faults.ts";
import { errorsByCode, genericMembers, modelledMembers } from "./fault-body.ts";
import { jsonCodec } from "./json.ts";
import type { ProtocolName, ServiceWire } from "./protocol.ts";
import { messageEncoder, restOperation, type OperationCodec, type RestOptions } from "./rest-protocol.ts";
import { routeTree } from "./rest-route.ts";
import { services, type ServiceEntry } from "./service-table.ts";
import { schemasOf, type OperationSchema, type Shape } from "./shape.ts";
import type { WireResponse } from "./wire.ts";

export async function loadServiceWire(name: string): Promise<ServiceWire> {
  const entry = services.find((service) => service.name === name);
  if (entry === undefined) throw new RangeError(`no such service: ${name}`);
  return serviceWire(entry, await entry.load());
}

const requestIdHeader = "x-amzn-RequestId";

function serviceWire(entry: ServiceEntry, client: object): ServiceWire {
  const { operations, errors } = schemasOf(client);
  const byName = new Map(operations.map((operation) => [operation.name, operation]));
  const findRoute = routeTree(operations);
  const options: RestOptions = {
    codec: jsonCodec("application/json", true),
    blobContentType: entry.blobContentType ?? "application/octet-stream",
  };
  const compiled = new Map<string, OperationCodec>();
  const operationCodec = (protocol: ProtocolName, name: string): OperationCodec => {
    const known = compiled.get(name);
    if (known !== undefined) return known;
    const schema: OperationSchema | undefined = byName.get(name);
    if (schema === undefined) throw unknownOperation(protocol, name);
    const codec = restOperation(schema, options);
    compiled.set(name, codec);
    return codec;
  };
  const encodeError = restFaults(errorsByCode(errors), options);
  return {
    service: entry.name,
    operations: new Set(byName.keys()),
    identify: async (wire) => {
      const operation = findRoute(wire);
      if (operation === undefined) throw unknownOperation(entry.protocols[0], `${wire.method} ${wire.path}`);
      return { operation, protocol: entry.protocols[0], wire };
    },
    decode: ({ operation, protocol, wire }) => operationCodec(protocol, operation).decode(wire),
    encodeOutput: ({ operation, protocol }, output, requestId) => {
      const response = operationCodec(protocol, operation).encode(output);
      response.headers[requestIdHeader] = requestId;
      return response;
    },
    encodeFault: (_protocol, fault, requestId) => {
      const response = encodeError(fault);
      response.headers[requestIdHeader] = requestId;
      return response;
    },
  };
}

function restFaults(errors: ReadonlyMap<string, Shape>, options: RestOptions): (fault: Fault) => WireResponse {
  const encoders = new Map<Shape, (message: object) => WireResponse>();
  return (fault) => {
    const shape = errors.get(fault.code);
    const type = { "x-amzn-ErrorType": shape?.getName() ?? fault.code };
    if (shape === undefined) {
      const body = JSON.stringify(genericMembers(fault));
      return { status: fault.status, headers: { "Content-Type": options.codec.contentType, ...type }, body };
    }
    const encode = encoders.get(shape) ?? messageEncoder(shape, options, fault.status);
    encoders.set(shape, encode);
    const response = encode(modelledMembers(shape, fault));
    return { ...response, status: fault.status, headers: { ...response.headers, ...type } };
  };
}
