// restXml: operations by method and path, bodies in XML. S3 has buckets in host names and errors without a wrapping.
import type { Protocol } from "./operation-codec.ts";
import { restOperation, type RestOptions } from "./rest-operation.ts";
import { routeTree } from "./rest-route.ts";
import { withBucketInPath } from "./s3-host.ts";
import type { ServiceEntry } from "./service-table.ts";
import type { OperationSchema } from "./shape.ts";
import { xmlCodec } from "./xml.ts";
import { xmlFault } from "./xml-fault.ts";

export function restXmlProtocol(entry: ServiceEntry, operations: readonly OperationSchema[]): Protocol {
  const findRoute = routeTree(operations);
  const namespace = entry.xmlNamespace ?? "";
  const options: RestOptions = { codec: xmlCodec(namespace), blobContentType: "application/octet-stream" };
  return {
    name: "restXml",
    asked: (request) => {
      const wire = entry.name === "s3" ? withBucketInPath(request) : request;
      const operation = findRoute(wire);
      return operation === undefined ? undefined : { operation, wire };
    },
    operation: (schema) => restOperation(schema, options),
    encodeFault: xmlFault(entry.name === "s3" ? "s3" : "restXml", namespace),
  };
}
