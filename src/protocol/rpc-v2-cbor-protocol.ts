// rpcv2Cbor: the RPC protocol that names the operation in its path and has CBOR for bodies.
import { cborCodec } from "./cbor.ts";
import type { Protocol } from "./operation-codec.ts";
import { rpcProtocol, type RpcDialect } from "./rpc-protocol.ts";
import type { ServiceEntry } from "./service-table.ts";

// Some clients name the service with its namespace, some without (Smithy RPC v2 CBOR protocol, requests).
const rpcPath = /\/service\/([^/]+)\/operation\/([^/]+)\/?$/;

const cbor: RpcDialect = {
  name: "rpcv2Cbor",
  codec: cborCodec,
  headers: { "smithy-protocol": "rpc-v2-cbor" },
  fullTypes: true,
  operationOf: ({ path }, targetPrefix) => {
    const [, service, operation] = rpcPath.exec(path) ?? [];
    return service?.split(".").at(-1) === targetPrefix ? operation : undefined;
  },
};

export const rpcV2Cbor = (entry: ServiceEntry): Protocol => rpcProtocol(cbor, entry);
