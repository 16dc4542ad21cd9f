// Faults about archives and replays.
import { Fault } from "../../../core/faults.ts";
import { alreadyExists, invalid, notFound } from "./base.ts";

export const archiveNotFound = (name: string): Fault => notFound(`Archive ${name} does not exist.`);
export const archiveExists = (name: string): Fault => alreadyExists(`Archive ${name} already exists.`);
export const nothingToUpdate = (): Fault =>
  invalid("At least one of EventPattern, RetentionDays or Description must be provided.");
export const replayNotFound = (name: string): Fault => notFound(`Replay ${name} does not exist.`);
export const replayExists = (name: string): Fault => alreadyExists(`Replay ${name} already exists.`);
export const sourceArchiveNotFound = (name: string): Fault =>
  invalid(`Parameter EventSourceArn is not valid. Reason: Archive ${name} does not exist.`);
export const crossBusReplay = (): Fault =>
  invalid("Parameter Destination.Arn is not valid. Reason: Cross event bus replay is not permitted.");
export const replayTimesReversed = (): Fault =>
  invalid("Parameter EventEndTime is not valid. Reason: EventStartTime must be before EventEndTime.");
export const replayEnded = (name: string): Fault =>
  new Fault({ code: "IllegalStatusException", status: 400, message: `Replay ${name} is not in a valid state for this operation.` });
