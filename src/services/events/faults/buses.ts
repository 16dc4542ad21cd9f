// Faults about event buses and their policies.
import type { Fault } from "../../../core/faults.ts";
import { alreadyExists, invalid, notFound } from "./base.ts";

export const busNotFound = (name: string): Fault => notFound(`Event bus ${name} does not exist.`);
export const busExists = (name: string): Fault => alreadyExists(`Event bus ${name} already exists.`);
export const defaultBusStays = (): Fault => invalid("Cannot delete event bus default.");
/** AWS's text is not known. */
export const busHasRules = (name: string): Fault => invalid(`Event bus ${name} can't be deleted since it has rules.`);
export const partnerBusName = (): Fault => invalid("Event bus name should not contain '/'.");
export const statementNotFound = (): Fault => notFound("Statement with the provided id does not exist.");
export const malformedBusArn = (): Fault => invalid("Parameter EventBusName is not valid.");
export const malformedPolicy = (reason: string): Fault => invalid(`Policy is not valid. Reason: ${reason}`);
export const incompletePermission = (): Fault =>
  invalid("Parameter(s) Action, Principal and StatementId must be specified unless a Policy is.");
