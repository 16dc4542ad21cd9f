// InvokeAsync: the former Invoke with InvocationType Event, for clients that still know it.
import { Pieces } from "../../../core/pieces.ts";
import type { LambdaHandler } from "../api.ts";
import { readInvocation } from "../model/invocation.ts";
import type { LambdaParts } from "../parts.ts";

export const invokeAsync =
  ({ events }: LambdaParts): LambdaHandler<"InvokeAsync"> =>
  async ({ FunctionName, InvokeArgs }, context) => {
    const pieces = new Pieces();
    // What is longer than an event may be is cut off by the gateway.
    for await (const piece of InvokeArgs) pieces.add(piece);
    await events.accept(readInvocation("Invoke", { FunctionName, Payload: pieces.whole(), InvocationType: "Event" }, context));
    return { Status: 202 };
  };
