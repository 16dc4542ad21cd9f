// Bytes to an operation and its input, by the service's codec.
import type { Exchange } from "./exchange.ts";

export async function identify(exchange: Exchange): Promise<void> {
  const { route } = exchange;
  if (route.kind !== "service") return;
  const { service } = route;
  const loading = service.wire();
  const wire = loading instanceof Promise ? await loading : loading;
  exchange.wire = wire;
  const identifying = wire.identify(exchange.request);
  exchange.identified = identifying instanceof Promise ? await identifying : identifying;
  // Before the body is read: an operation that nobody handles needs none.
  service.requireOperation(exchange.identified.operation);
  exchange.decoded = await wire.decode(exchange.identified);
}
