// What each protocol gives the service: a way to find the operation that a request asks for, a codec an operation, and
// the form of its faults.
import type { Fault } from "../core/faults.ts";
import type { DecodedInput, ProtocolName } from "./protocol.ts";
import type { OperationSchema, Shape } from "./shape.ts";
import type { WireRequest, WireResponse } from "./wire.ts";

export interface OperationCodec {
  decode(request: WireRequest): DecodedInput | Promise<DecodedInput>;
  encode(output: object, requestId: string): WireResponse;
}

/** What a request asks for; the wire may have been collected or brought to a normal form on the way. */
export interface Asked {
  readonly operation: string;
  readonly wire: WireRequest;
}

export interface Protocol {
  readonly name: ProtocolName;
  /** Undefined when the request does not speak this protocol. */
  asked(request: WireRequest): Asked | undefined | Promise<Asked | undefined>;
  operation(schema: OperationSchema): OperationCodec;
  /** `shape` is the modelled error that the fault's code names, where there is one. */
  encodeFault(fault: Fault, shape: Shape | undefined, requestId: string): WireResponse;
}
