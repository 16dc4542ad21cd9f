// Bytes to an operation and its input, by the service's codec. Not one async function: mostly there is nothing to wait
// for, and each `await` would cost a turn.
import type { ServedService } from "../cloud/registry.ts";
import type { DecodedInput, IdentifiedRequest, ServiceWire } from "../protocol/protocol.ts";
import type { Exchange } from "./exchange.ts";

export function identify(exchange: Exchange): void | Promise<void> {
  const { route } = exchange;
  if (route.kind !== "service") return undefined;
  const { service } = route;
  const loading = service.wire();
  return loading instanceof Promise ? loading.then((wire) => identifyBy(wire, service, exchange)) : identifyBy(loading, service, exchange);
}

function identifyBy(wire: ServiceWire, service: ServedService, exchange: Exchange): void | Promise<void> {
  exchange.wire = wire;
  const decode = (identified: IdentifiedRequest): void | Promise<void> => {
    exchange.identified = identified;
    // Before the body is read: an operation that nobody handles needs none.
    service.requireOperation(identified.operation);
    const decoding = wire.decode(identified);
    if (decoding instanceof Promise) return decoding.then(keep);
    return keep(decoding);
  };
  const keep = (decoded: DecodedInput): void => {
    exchange.decoded = decoded;
  };
  const identifying = wire.identify(exchange.request);
  return identifying instanceof Promise ? identifying.then(decode) : decode(identifying);
}
