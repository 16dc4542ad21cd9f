// The operations of EventBridge Scheduler's official client, as types that handlers are written against.
import type * as Scheduler from "@aws-sdk/client-scheduler";
import type { Handler, InputOf, OperationNames, OutputOf, Valid } from "../../protocol/operation.ts";

export type SchedulerClient = typeof Scheduler;
export type SchedulerOperation = OperationNames<SchedulerClient>;
export type SchedulerInput<Operation extends SchedulerOperation> = Valid<InputOf<SchedulerClient, Operation>>;
export type SchedulerOutput<Operation extends SchedulerOperation> = OutputOf<SchedulerClient, Operation>;
export type SchedulerHandler<Operation extends SchedulerOperation> = Handler<InputOf<SchedulerClient, Operation>, SchedulerOutput<Operation>>;
