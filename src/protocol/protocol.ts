// The door of the codec: what gateway and cloud ask of it. One ServiceWire a service, made from the schemas that the
// official client exports; loaded on the service's first request.
import type { Fault } from "../core/faults.ts";
import type { WireRequest, WireResponse } from "./wire.ts";

export type ProtocolName =
  "restJson1" | "awsJson1_0" | "awsJson1_1" | "awsQuery" | "ec2Query" | "restXml" | "rpcv2Cbor";

export interface ServiceWire {
  /** Endpoint prefix, also the last part of the credential scope mostly: `lambda`, `sqs`, `events`. */
  readonly service: string;
  /** Every operation that the installed client models, by name. */
  readonly operations: ReadonlySet<string>;
  /**
   * Which operation a request asks for, and in which protocol it speaks (SQS is spoken in three). Looks at target,
   * path, query and content type; for awsQuery it needs the form, so the body is collected into the result.
   * Throws the fault that AWS answers to an unknown one. Plain where nothing has to be read.
   */
  identify(request: WireRequest): IdentifiedRequest | Promise<IdentifiedRequest>;
  /** Input as the client's types know it: blobs as Uint8Array, streaming ones as AsyncIterable<Uint8Array>. Plain where nothing has to be waited for. */
  decode(request: IdentifiedRequest): DecodedInput | Promise<DecodedInput>;
  encodeOutput(
    request: Pick<IdentifiedRequest, "operation" | "protocol">,
    output: object,
    requestId: string,
  ): WireResponse;
  /** A fault as this protocol writes it: modelled by the schema where the service knows its code, generic otherwise. */
  encodeFault(protocol: ProtocolName, fault: Fault, requestId: string): WireResponse;
}

export interface IdentifiedRequest {
  readonly operation: string;
  readonly protocol: ProtocolName;
  readonly wire: WireRequest;
}

export interface DecodedInput {
  readonly input: Record<string, unknown>;
  /**
   * Paths (`Environment.Foo`) of members that the request carries and the client's schema lacks. Those that the
   * constraint file lists are refused by name; the rest is dropped, as AWS drops what it does not know.
   */
  readonly unknownMembers: readonly string[];
}
