// Invoke: hands the event to the engine and waits for its outcome, or keeps it to be run later. The hot path: no reads of
// the store here.
import { withHeaders } from "../../../protocol/operation.ts";
import type { LambdaHandler } from "../api.ts";
import { readInvocation } from "../model/invocation.ts";
import type { LambdaParts } from "../parts.ts";

export const invoke =
  ({ engine, catalog, events }: LambdaParts): LambdaHandler<"Invoke"> =>
  async (input, context) => {
    const request = readInvocation("Invoke", input, context);
    // What was accepted is on disk.
    if (input.InvocationType === "Event") {
      await events.accept(request);
      return { StatusCode: 202 };
    }
    // Shows that there is something to run, and runs nothing: https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
    if (input.InvocationType === "DryRun") {
      await catalog.resolve(request.function, request.qualifier);
      return { StatusCode: 204 };
    }
    const { executedVersion: ExecutedVersion, payload: Payload, functionError: FunctionError, logTail, trace } = await engine.invoke(request);
    // The model does not list the trace; AWS sends it all the same.
    return withHeaders({ StatusCode: 200, ExecutedVersion, Payload, FunctionError, LogResult: logTail?.toString("base64") }, { "X-Amzn-Trace-Id": trace });
  };
