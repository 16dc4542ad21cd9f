// An output or a fault to an answer, in the protocol of the request.
import type { Fault } from "../core/faults.ts";
import type { ServiceWire } from "../protocol/protocol.ts";
import type { WireResponse } from "../protocol/wire.ts";
import { AuthFault } from "./auth/auth-fault.ts";
import { encodeBareFault } from "./bare-fault.ts";
import type { Exchange } from "./exchange.ts";
import { requestProtocol } from "./request-protocol.ts";

export function encode(exchange: Exchange): void {
  const { wire, identified, output, requestId } = exchange;
  if (wire === undefined || identified === undefined) throw new TypeError("encode runs after operate");
  exchange.response = wire.encodeOutput(identified, output, requestId);
}

/** `wire`: the codec of the request's service, when the request got as far as having one. */
export function encodeFault(exchange: Exchange, fault: Fault, wire: ServiceWire | undefined): WireResponse {
  const { identified, request, requestId, serviceName } = exchange;
  const protocol = identified?.protocol ?? requestProtocol(request, serviceName);
  const spelled = fault instanceof AuthFault ? fault.spelledFor(protocol, serviceName) : fault;
  return wire === undefined
    ? encodeBareFault(protocol, spelled, requestId)
    : wire.encodeFault(protocol, spelled, requestId);
}
