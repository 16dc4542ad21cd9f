// What Invoke and InvokeWithResponseStream take alike: checked beyond the model, and as the engine wants it. On the hot
// path: no reads of the store here.
import type { CallContext } from "../../../core/context.ts";
import type { InvokeRequest } from "../../../engine/engine.ts";
import { locateFunction } from "../../../functions/address.ts";
import type { LambdaInput } from "../api.ts";
import { clientContextTooLong, eventTooLarge, invalidClientContext, invokeNotSupported, payloadTooLarge, type InvokeOperation } from "../faults/invokes.ts";
import { limits } from "../limits.ts";
import { requireJson } from "./payload.ts";

/** What only Invoke has is missing in the other's input. */
type InvocationInput = Pick<LambdaInput<"Invoke">, "FunctionName" | "Qualifier" | "Payload" | "ClientContext" | "LogType" | "TenantId"> &
  Partial<Pick<LambdaInput<"Invoke">, "DurableExecutionName" | "InvocationType">>;

/** Faults: another account or region, qualifiers that differ, what is not supported, a payload or client context that is none. */
export function readInvocation(operation: InvokeOperation, input: InvocationInput, context: CallContext): InvokeRequest {
  const { id, qualifier } = locateFunction(input, context, "namespaced");
  refuseUnsupported(operation, input);
  return {
    function: id,
    qualifier,
    payload: readPayload(operation, input),
    requestId: context.requestId,
    clientContext: readClientContext(input),
    trace: context.trace,
    logTail: input.LogType === "Tail",
  };
}

/** What waits for its capability is refused by name, as settings are. */
function refuseUnsupported(operation: InvokeOperation, { TenantId, DurableExecutionName }: InvocationInput): void {
  if (TenantId !== undefined)
    throw invokeNotSupported(operation, "TenantId", "environments are not kept apart by tenant.");
  if (DurableExecutionName !== undefined)
    throw invokeNotSupported(operation, "DurableExecutionName", "there are no durable executions.");
}

const emptyEvent = Buffer.from("{}");

function readPayload(operation: InvokeOperation, { Payload, InvocationType }: InvocationInput): Uint8Array {
  if (Payload === undefined || Payload.byteLength === 0) return emptyEvent;
  if (InvocationType === "Event" && Payload.byteLength > limits.eventPayloadBytes) throw eventTooLarge(Payload.byteLength, limits.eventPayloadBytes);
  if (Payload.byteLength > limits.requestPayloadBytes) throw payloadTooLarge(operation, limits.requestPayloadBytes);
  requireJson(Payload);
  return Payload;
}

/** The decoded JSON object; runtimes get it as it is. */
function readClientContext({ ClientContext }: InvocationInput): string | undefined {
  if (ClientContext === undefined || ClientContext === "") return undefined;
  if (ClientContext.length > limits.clientContextLength)
    throw clientContextTooLong(ClientContext.length, limits.clientContextLength);
  const text = Buffer.from(ClientContext, "base64").toString();
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === "object" && parsed !== null && !Array.isArray(parsed)) return text;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw invalidClientContext();
}
