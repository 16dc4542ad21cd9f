// The operations of EventBridge's official client, as types that handlers are written against.
import type * as EventBridge from "@aws-sdk/client-eventbridge";
import type { Handler, InputOf, OperationNames, OutputOf, Valid } from "../../protocol/operation.ts";

export type EventsClient = typeof EventBridge;
export type EventsOperation = OperationNames<EventsClient>;
export type EventsInput<Operation extends EventsOperation> = Valid<InputOf<EventsClient, Operation>>;
export type EventsOutput<Operation extends EventsOperation> = OutputOf<EventsClient, Operation>;
export type EventsHandler<Operation extends EventsOperation> = Handler<
  InputOf<EventsClient, Operation>,
  EventsOutput<Operation>
>;
