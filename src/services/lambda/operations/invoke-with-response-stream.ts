// InvokeWithResponseStream: the response as events, each chunk when the function writes it, and at the end how it went.
import type { StreamedInvoke } from "../../../engine/engine.ts";
import { leaveWhenAborted } from "../../../engine/leave-when-aborted.ts";
import { unmodelledHeaders } from "../../../protocol/operation.ts";
import type { LambdaHandler } from "../api.ts";
import { readInvocation } from "../model/invocation.ts";
import type { LambdaParts } from "../parts.ts";

export const invokeWithResponseStream =
  ({ engine, catalog }: LambdaParts): LambdaHandler<"InvokeWithResponseStream"> =>
  async (input, context) => {
    const request = readInvocation("InvokeWithResponseStream", input, context);
    if (input.InvocationType === "DryRun") {
      await catalog.resolve(request.function, request.qualifier);
      return { StatusCode: 204 };
    }
    // What is refused before the first byte, throttles among it, is an error as of any operation.
    const streamed = await engine.stream(request);
    leaveWhenAborted(streamed.body, context.connection.signal);
    return {
      StatusCode: 200,
      ExecutedVersion: streamed.executedVersion,
      EventStream: eventsOf(streamed),
      [unmodelledHeaders]: { "X-Amzn-Trace-Id": streamed.trace },
    };
  };

type Events = NonNullable<Awaited<ReturnType<LambdaHandler<"InvokeWithResponseStream">>>["EventStream"]>;

async function* eventsOf({ body, completed }: StreamedInvoke): Events {
  for await (const Payload of body) yield { PayloadChunk: { Payload } };
  const { error, logTail } = await completed;
  yield {
    InvokeComplete: {
      // Whatever the function's error was, as in X-Amz-Function-Error of Invoke; its JSON has the type.
      ...(error === undefined ? {} : { ErrorCode: "Unhandled", ErrorDetails: Buffer.from(error.payload).toString() }),
      ...(logTail === undefined ? {} : { LogResult: logTail.toString("base64") }),
    },
  };
}
