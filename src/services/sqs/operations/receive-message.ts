// ReceiveMessage: up to ten messages, at once or as soon as there are any.
import type { SqsHandler } from "../api.ts";
import type { CallContext } from "../../../core/context.ts";
import { InFlightLimit, type ReceivedMessage, type ReceiveRequest } from "../../../store/queue.ts";
import { invalidMaxNumber, invalidVisibility, invalidWait, tooManyInFlight } from "../faults/messages.ts";
import { limits } from "../limits.ts";
import { deadLetterRule } from "../model/dead-letter-target.ts";
import { requireId } from "../model/message.ts";
import { askedOf, shownMessage } from "../model/received-message.ts";
import type { Queue } from "../model/queue.ts";
import type { SqsInput } from "../api.ts";
import type { SqsParts } from "../parts.ts";

export const receiveMessage =
  (parts: SqsParts): SqsHandler<"ReceiveMessage"> =>
  async (input, context) => {
    const queue = await parts.queues.require(input.QueueUrl, context);
    parts.rates(queue, "ReceiveMessage");
    const asked = askedOf(input);
    const messages = await receive(parts, queue, await requestOf(input, { parts, queue, context }));
    return { Messages: messages.length === 0 ? undefined : messages.map((message) => shownMessage(queue, message, asked)) };
  };

type Input = SqsInput<"ReceiveMessage">;
type Receiving = { readonly parts: SqsParts; readonly queue: Queue; readonly context: CallContext };

/** Faults: numbers out of their range. */
async function requestOf(input: Input, { parts, queue, context }: Receiving): Promise<ReceiveRequest> {
  const { MaxNumberOfMessages: most = 1, VisibilityTimeout, WaitTimeSeconds, ReceiveRequestAttemptId } = input;
  if (!(most >= 1 && most <= limits.receivedMessages)) throw invalidMaxNumber(most);
  if (VisibilityTimeout !== undefined && !(VisibilityTimeout >= 0 && VisibilityTimeout <= limits.visibilitySeconds)) throw invalidVisibility(VisibilityTimeout);
  if (WaitTimeSeconds !== undefined && !(WaitTimeSeconds >= 0 && WaitTimeSeconds <= limits.waitSeconds)) throw invalidWait(WaitTimeSeconds);
  if (ReceiveRequestAttemptId !== undefined) requireId(ReceiveRequestAttemptId, "ReceiveRequestAttemptId");
  const waitMs = WaitTimeSeconds === undefined ? queue.waitMs : WaitTimeSeconds * 1000;
  const deadLetter = await deadLetterRule(queue, parts.queues);
  return {
    limit: most,
    visibilityMs: VisibilityTimeout === undefined ? queue.visibilityMs : VisibilityTimeout * 1000,
    retentionMs: queue.retentionMs,
    mostInFlight: limits.inFlight,
    ...(waitMs > 0 ? { waitMs, signal: AbortSignal.any([context.connection.signal, parts.ending]) } : {}),
    ...(deadLetter === undefined ? {} : { deadLetter }),
    // Standard queues know no attempts.
    ...(queue.isFifo && ReceiveRequestAttemptId !== undefined ? { attempt: { id: ReceiveRequestAttemptId, windowMs: limits.attemptMs } } : {}),
  };
}

async function receive({ queues }: SqsParts, queue: Queue, request: ReceiveRequest): Promise<readonly ReceivedMessage[]> {
  try {
    return await queues.partition(queue).queues.receive(queue.messages, request);
  } catch (error) {
    if (!(error instanceof InFlightLimit)) throw error;
    if (queue.isFifo) return [];
    throw tooManyInFlight();
  }
}
