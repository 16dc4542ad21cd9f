// Faults about message move tasks.
import type { Fault } from "../../../core/faults.ts";
import { limits } from "../limits.ts";
import { invalidParameter, invalidValue, resourceNotFound } from "./base.ts";

export const noDeadLetterQueue = (): Fault => invalidParameter("Source queue must be configured as a Dead Letter Queue.");

export const arnNotFound = (parameter: "SourceArn" | "DestinationArn"): Fault =>
  resourceNotFound(`The resource that you specified for the ${parameter} parameter doesn't exist.`);

export const taskRunning = (): Fault =>
  invalidParameter("There is already a task running. Only one active task is allowed for a source queue arn at a given time.");

export const taskNotFound = (): Fault => resourceNotFound("Task does not exist.");

export const taskTokenMalformed = (): Fault => invalidParameter("Value for parameter TaskHandle is invalid.");

export const arnMalformed = (parameter: string): Fault => invalidParameter(`You must use this format to specify the ${parameter}: arn:<partition>:<service>:<region>:<account-id>:<resource-id>`);

/** AWS's text is not recorded. */
export const otherQueueType = (): Fault => invalidParameter("The source and the destination must be queues of the same type.");

export const invalidMoveRate = (value: number): Fault =>
  invalidValue(value, "MaxNumberOfMessagesPerSecond", `Must be between 1 and ${limits.movesPerSecond}, if provided.`);

export const invalidListed = (value: number): Fault => invalidValue(value, "MaxResults", `Must be between 1 and ${limits.listedMoveTasks}, if provided.`);
