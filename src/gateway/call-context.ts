// What a handler learns about its caller, from what the steps found out.
import type { CallContext } from "../core/context.ts";
import type { Exchange } from "./exchange.ts";

export function callContext(exchange: Exchange): CallContext {
  const { caller, peer, request } = exchange;
  const { host } = request.headers;
  return {
    account: caller.account,
    region: caller.region,
    principal: caller.principal,
    requestId: exchange.requestId,
    trace: request.headers["x-amzn-trace-id"],
    sourceArn: undefined,
    sourceAccount: undefined,
    sourceAddress: peer.address,
    userAgent: request.headers["user-agent"],
    // The guard has let this host through.
    endpoint: host === undefined ? peer.listenerUrl : `http://${host}`,
    connection: peer,
  };
}
