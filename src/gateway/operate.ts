// Runs what was asked for: an operation of a service, or a route of Lambent's own.
import type { ServiceRegistry } from "../cloud/registry.ts";
import { callContext } from "./call-context.ts";
import type { Exchange, ExtraRoute } from "./exchange.ts";
import { notForFunctions } from "./faults.ts";

export function answerExtraRoute(exchange: Exchange): Promise<void> | undefined {
  const { route } = exchange;
  return route.kind === "extra" ? respondTo(exchange, route.extra) : undefined;
}

async function respondTo(exchange: Exchange, extra: ExtraRoute): Promise<void> {
  const context = callContext(exchange);
  // A function's role has a part in the account's services, and none in Lambent's own administration.
  if (extra.access === "signed" && context.principal.kind === "role") throw notForFunctions();
  exchange.response = await extra.respond(exchange.request, context);
}

export function operate(registry: ServiceRegistry): (exchange: Exchange) => Promise<void> {
  return async (exchange) => {
    const { identified, decoded, serviceName } = exchange;
    if (identified === undefined || serviceName === undefined) throw new TypeError("operate runs after identify");
    exchange.output = await registry.dispatch(serviceName, identified.operation, decoded, callContext(exchange));
  };
}
