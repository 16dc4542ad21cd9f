// The way of every request, in order. A new cross-cutting concern is a file of its own and a line here.
import type { ServiceRegistry } from "../cloud/registry.ts";
import { Fault } from "../core/faults.ts";
import type { Logger } from "../observe/logger.ts";
import type { ServiceWire } from "../protocol/protocol.ts";
import type { WireResponse } from "../protocol/wire.ts";
import type { FunctionUrls } from "../triggers/http/function-url/function-urls.ts";
import { authenticate, type AuthPolicy } from "./auth/authenticate.ts";
import { capBody } from "./body-cap.ts";
import { encode, encodeFault } from "./encode.ts";
import type { Exchange, ExtraRoute } from "./exchange.ts";
import { internalFailure } from "./faults.ts";
import { functionUrl } from "./function-url.ts";
import { guard, type GuardPolicy } from "./guard.ts";
import { identify } from "./identify.ts";
import { answerExtraRoute, operate } from "./operate.ts";
import { route } from "./route.ts";

interface Step {
  readonly name: string;
  /** Sets what later steps read, or `response` to end the way early; throws a Fault to refuse. */
  run(exchange: Exchange): void | Promise<void>;
}

export interface PipelineParts {
  readonly registry: ServiceRegistry;
  readonly extraRoutes: readonly ExtraRoute[];
  readonly functionUrls: FunctionUrls;
  readonly guard: GuardPolicy;
  readonly auth: AuthPolicy;
  readonly log: Logger;
}

export type Answer = (exchange: Exchange) => Promise<WireResponse>;

/**
 * INVARIANT: the order of the steps is the order of trust. Nothing is buffered before its size is bounded, nothing is
 * decoded before the caller is known, and no handler runs before its input is valid.
 */
export function createPipeline(parts: PipelineParts): Answer {
  // The request id comes with the exchange, so that the first step's refusal carries it too.
  const steps: readonly Step[] = [
    { name: "function URL", run: functionUrl(parts.functionUrls, parts.guard, parts.auth) },
    { name: "guard", run: guard(parts.guard) },
    { name: "cap body", run: capBody() },
    { name: "route", run: route(parts.registry, parts.extraRoutes) },
    { name: "authenticate", run: authenticate(parts.auth) },
    { name: "answer extra route", run: answerExtraRoute },
    { name: "identify and decode", run: identify },
    { name: "validate, authorise and operate", run: operate(parts.registry) },
    { name: "encode", run: encode },
  ];
  return (exchange) => runSteps(steps, exchange, parts.log);
}

async function runSteps(steps: readonly Step[], exchange: Exchange, log: Logger): Promise<WireResponse> {
  let current = "";
  try {
    for (const step of steps) {
      current = step.name;
      const pending = step.run(exchange);
      // Most steps have nothing to wait for, and an `await` costs a turn.
      if (pending instanceof Promise) await pending;
      if (exchange.response !== undefined) return withHeaders(exchange.response, exchange.responseHeaders);
    }
    throw new TypeError("no step has answered");
  } catch (error) {
    return answerFault(exchange, error, current, log);
  }
}

/** The one place where a fault becomes an answer. What is no Fault is ours: logged in full, and told as no more than that. */
async function answerFault(exchange: Exchange, error: unknown, step: string, log: Logger): Promise<WireResponse> {
  const { requestId, request, serviceName } = exchange;
  const fields = { requestId, step, method: request.method, path: request.path };
  if (!(error instanceof Fault)) log.error({ ...fields, error }, "request-failed");
  else if (error.cause !== undefined) {
    // What a client got wrong is its own affair; what we did deserves a look.
    const level = error.kind === "client" ? "debug" : "warn";
    log[level]({ ...fields, code: error.code, error: error.cause }, "request-refused");
  }
  const fault = error instanceof Fault ? error : internalFailure(serviceName, error);
  return withHeaders(encodeFault(exchange, fault, await wireFor(exchange, log)), exchange.responseHeaders);
}

/** A page that may read answers may read refusals as well (CORS). */
function withHeaders(response: WireResponse, headers: Exchange["responseHeaders"]): WireResponse {
  return headers === undefined ? response : { ...response, headers: { ...response.headers, ...headers } };
}

/** The codec of the service that was asked, loaded for the refusal if need be: its clients read no other form. */
async function wireFor(exchange: Exchange, log: Logger): Promise<ServiceWire | undefined> {
  if (exchange.wire !== undefined) return exchange.wire;
  if (!exchange.isRouted || exchange.route.kind !== "service") return undefined;
  try {
    return await exchange.route.service.wire();
  } catch (error) {
    log.error({ requestId: exchange.requestId, service: exchange.serviceName, error }, "codec-failed");
    return undefined;
  }
}
