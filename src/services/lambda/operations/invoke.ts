// Invoke: checks what the model does not, and hands the event to the engine. The hot path: no reads of the store here.
import { locateFunction, type FunctionTarget } from "../../../functions/address.ts";
import type { CallContext } from "../../../core/context.ts";
import { unmodelledHeaders } from "../../../protocol/operation.ts";
import type { LambdaHandler, LambdaInput } from "../api.ts";
import { clientContextTooLong, invalidClientContext, invokeNotSupported, payloadTooLarge } from "../faults/invokes.ts";
import { limits } from "../limits.ts";
import { requireJson } from "../model/payload.ts";
import type { LambdaParts } from "../parts.ts";

type InvokeInput = LambdaInput<"Invoke">;

export const invoke =
  (parts: LambdaParts): LambdaHandler<"Invoke"> =>
  async (input, context) => {
    const target = locateFunction(input, context, "namespaced");
    refuseUnsupported(input);
    const payload = readPayload(input);
    // Shows that there is something to run, and runs nothing: https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
    if (input.InvocationType === "DryRun") {
      await parts.catalog.resolve(target.id, target.qualifier);
      return { StatusCode: 204 };
    }
    return runFunction(target, { ...input, Payload: payload }, context, parts);
  };

async function runFunction(
  target: FunctionTarget,
  input: InvokeInput & { readonly Payload: Uint8Array },
  context: CallContext,
  parts: LambdaParts,
): ReturnType<LambdaHandler<"Invoke">> {
  const outcome = await parts.engine.invoke({
    function: target.id,
    qualifier: target.qualifier,
    payload: input.Payload,
    requestId: context.requestId,
    clientContext: readClientContext(input),
    trace: context.trace,
    logTail: input.LogType === "Tail",
  });
  return {
    StatusCode: 200,
    ExecutedVersion: outcome.executedVersion,
    Payload: outcome.payload,
    ...(outcome.functionError === undefined ? {} : { FunctionError: outcome.functionError }),
    ...(outcome.logTail === undefined ? {} : { LogResult: outcome.logTail.toString("base64") }),
    // The model does not list it; AWS sends it all the same.
    [unmodelledHeaders]: { "X-Amzn-Trace-Id": outcome.trace },
  };
}

/** What waits for its capability is refused by name, as settings are. */
function refuseUnsupported(input: InvokeInput): void {
  if (input.InvocationType === "Event")
    throw invokeNotSupported("InvocationType Event", "no event is queued; use RequestResponse.");
  if (input.TenantId !== undefined)
    throw invokeNotSupported("TenantId", "environments are not kept apart by tenant.");
  if (input.DurableExecutionName !== undefined)
    throw invokeNotSupported("DurableExecutionName", "there are no durable executions.");
}

const emptyEvent = Buffer.from("{}");

function readPayload({ Payload }: InvokeInput): Uint8Array {
  if (Payload === undefined || Payload.byteLength === 0) return emptyEvent;
  if (Payload.byteLength > limits.requestPayloadBytes) throw payloadTooLarge(limits.requestPayloadBytes);
  requireJson(Payload);
  return Payload;
}

/** The decoded JSON object; runtimes get it as it is. */
function readClientContext({ ClientContext }: InvokeInput): string | undefined {
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
