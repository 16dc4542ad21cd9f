// Which protocol a request speaks, guessed from its looks: for faults that come before its service has identified it.
import type { ProtocolName } from "../protocol/protocol.ts";
import { services } from "../protocol/service-table.ts";
import type { WireRequest } from "../protocol/wire.ts";

export function requestProtocol(request: WireRequest, serviceName: string | undefined): ProtocolName {
  const looks = looksLike(request);
  const spoken = services.find(({ name }) => name === serviceName)?.protocols;
  if (spoken === undefined) return looks[0] ?? "restJson1";
  // What looks like a form may be a body that curl called one.
  return looks.find((protocol) => spoken.includes(protocol)) ?? spoken[0];
}

/** Best guess first; empty for the two REST protocols, which only their services tell apart. */
function looksLike({ headers, query }: WireRequest): readonly ProtocolName[] {
  const contentType = headers["content-type"] ?? "";
  if (headers["smithy-protocol"] === "rpc-v2-cbor") return ["rpcv2Cbor"];
  if (headers["x-amz-target"] !== undefined) {
    return contentType.startsWith("application/x-amz-json-1.1") ? ["awsJson1_1", "awsJson1_0"] : ["awsJson1_0", "awsJson1_1"];
  }
  const isForm = contentType.startsWith("application/x-www-form-urlencoded") || /(?:^|&)Action=/.test(query);
  return isForm ? ["awsQuery", "ec2Query"] : [];
}
