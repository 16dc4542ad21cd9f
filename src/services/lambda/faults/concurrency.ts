// Faults about reserved concurrency and what an account has of it.
import { Fault } from "../../../core/faults.ts";

/** AWS sends these with `message` and without `Type`, unlike others of the same error. */
const refused = (message: string): Fault =>
  new Fault({ code: "InvalidParameterValueException", status: 400, message, members: { Type: undefined } });

export const unreservedTooLow = (setting: "ReservedConcurrentExecutions" | "ConcurrentExecutions", minimum: number): Fault =>
  refused(
    `Specified ${setting} for function decreases account's UnreservedConcurrentExecution below its minimum value of [${minimum}].`,
  );
