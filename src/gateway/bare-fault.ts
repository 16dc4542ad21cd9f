// Writes a fault for which no service's codec is at hand: nobody knows the service, or we do not serve it. Each
// protocol's clients find code and message where they look for them.
import { cbor } from "@smithy/core/cbor";
import type { Fault } from "../core/faults.ts";
import type { ProtocolName } from "../protocol/protocol.ts";
import type { WireResponse } from "../protocol/wire.ts";

export function encodeBareFault(protocol: ProtocolName, fault: Fault, requestId: string): WireResponse {
  const { code, status, message } = fault;
  const answer = (type: string, body: string | Uint8Array, headers: Record<string, string> = {}): WireResponse => ({
    status,
    headers: { "content-type": type, "x-amzn-RequestId": requestId, ...headers },
    body,
  });
  const error = `<Code>${escape(code)}</Code><Message>${escape(message)}</Message>`;
  // Error responses of each protocol: https://smithy.io/2.0/aws/protocols/index.html
  switch (protocol) {
    case "restJson1":
      return answer("application/json", JSON.stringify({ message }), { "x-amzn-ErrorType": code });
    case "awsJson1_0":
      return answer("application/x-amz-json-1.0", JSON.stringify({ __type: code, message }));
    case "awsJson1_1":
      return answer("application/x-amz-json-1.1", JSON.stringify({ __type: code, message }));
    case "rpcv2Cbor":
      return answer("application/cbor", cbor.serialize({ __type: code, message }), { "smithy-protocol": "rpc-v2-cbor" });
    case "awsQuery":
      return answer(
        "text/xml",
        `<ErrorResponse><Error><Type>${fault.kind === "client" ? "Sender" : "Receiver"}</Type>${error}</Error><RequestId>${requestId}</RequestId></ErrorResponse>`,
      );
    case "ec2Query":
      return answer(
        "text/xml",
        `<Response><Errors><Error>${error}</Error></Errors><RequestID>${requestId}</RequestID></Response>`,
      );
    case "restXml":
      return answer("application/xml", `<Error>${error}<RequestId>${requestId}</RequestId></Error>`, {
        "x-amz-request-id": requestId,
      });
    default:
      return protocol satisfies never;
  }
}

/** XML 1.0 has no form at all for most control characters: they are left out. */
const escape = (text: string): string =>
  // oxlint-disable-next-line no-control-regex
  text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, "").replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
