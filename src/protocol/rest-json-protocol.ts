// restJson1: operations by method and path, bodies in JSON, the type of an error in a header.
import { errorShape, faultMembers } from "./fault-body.ts";
import { jsonCodec } from "./json.ts";
import type { Protocol } from "./operation-codec.ts";
import { messageEncoder, restOperation, type MessageEncoder, type RestOptions } from "./rest-operation.ts";
import { routeTree } from "./rest-route.ts";
import type { ServiceEntry } from "./service-table.ts";
import type { OperationSchema, Shape } from "./shape.ts";

/** The type of an error is in a header, so that its body may be any structure. */
export function restJsonProtocol(entry: ServiceEntry, operations: readonly OperationSchema[]): Protocol {
  const findRoute = routeTree(operations);
  const options: RestOptions = {
    codec: jsonCodec("application/json", true),
    blobContentType: entry.blobContentType ?? "application/octet-stream",
  };
  const encoders = new Map<Shape, MessageEncoder>();
  return {
    name: "restJson1",
    asked: (wire) => {
      const operation = findRoute(wire);
      return operation === undefined ? undefined : { operation, wire };
    },
    operation: (schema) => restOperation(schema, options),
    encodeFault: (fault, shape) => {
      const members = faultMembers(fault, shape);
      const type = { "x-amzn-ErrorType": shape?.getName() ?? fault.code };
      if (shape === undefined) {
        const headers = { "Content-Type": options.codec.contentType, ...type };
        return { status: fault.status, headers, body: JSON.stringify(members) };
      }
      const encode = encoders.get(shape) ?? messageEncoder(errorShape(shape), options, fault.status);
      encoders.set(shape, encode);
      const response = encode(members);
      return { status: fault.status, headers: { ...response.headers, ...type }, body: response.body };
    },
  };
}
