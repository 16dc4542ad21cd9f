// Invoke: hands the event to the engine and waits for its outcome, or keeps it to be run later. The hot path: no reads of
// the store here.
import { unmodelledHeaders } from "../../../protocol/operation.ts";
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
    const outcome = await engine.invoke(request);
    return {
      StatusCode: 200,
      ExecutedVersion: outcome.executedVersion,
      Payload: outcome.payload,
      ...(outcome.functionError === undefined ? {} : { FunctionError: outcome.functionError }),
      ...(outcome.logTail === undefined ? {} : { LogResult: outcome.logTail.toString("base64") }),
      // The model does not list it; AWS sends it all the same.
      [unmodelledHeaders]: { "X-Amzn-Trace-Id": outcome.trace },
    };
  };
