// Which protocol a request speaks, guessed from its looks: for faults that come before its service has identified it.
import type { ProtocolName } from "../protocol/protocol.ts";
import { services } from "../protocol/service-table.ts";
import type { WireRequest } from "../protocol/wire.ts";

export function requestProtocol({ headers, query }: WireRequest, serviceName: string | undefined): ProtocolName {
  const contentType = headers["content-type"] ?? "";
  if (headers["smithy-protocol"] === "rpc-v2-cbor") return "rpcv2Cbor";
  if (headers["x-amz-target"] !== undefined) {
    return contentType.startsWith("application/x-amz-json-1.1") ? "awsJson1_1" : "awsJson1_0";
  }
  const spoken = services.find(({ name }) => name === serviceName)?.protocols;
  if (contentType.startsWith("application/x-www-form-urlencoded") || /(?:^|&)Action=/.test(query)) {
    return spoken?.includes("ec2Query") === true ? "ec2Query" : "awsQuery";
  }
  return spoken?.[0] ?? "restJson1";
}
