// Faults about schedules, their groups and targets, in AWS's words where they are known.
import type { Fault } from "../../../core/faults.ts";
import { conflict, invalid, notFound } from "./base.ts";

export const invalidExpression = (expression: string): Fault => invalid(`Invalid Schedule Expression ${expression}.`);
export const invalidZone = (zone: string): Fault => invalid(`Invalid ScheduleExpressionTimezone ${zone}.`);
export const endBeforeStart = (): Fault => invalid("The EndDate must be after the StartDate.");
export const windowMissing = (): Fault => invalid("MaximumWindowInMinutes must be provided when FlexibleTimeWindow.Mode is FLEXIBLE.");
export const windowUnwanted = (): Fault => invalid("MaximumWindowInMinutes must not be provided when FlexibleTimeWindow.Mode is OFF.");
export const inputNotJson = (): Fault => invalid("Provided Input must be valid JSON.");
export const malformedTarget = (arn: string): Fault => invalid(`Provided Arn is not in correct format: ${arn}`);
export const parametersMissing = (name: string): Fault => invalid(`${name} must be provided for the target.`);
export const readOnlyAction = (action: string): Fault => invalid(`The action ${action} is not supported by universal targets: it only reads.`);
export const notApplied = (setting: string, why: string): Fault => invalid(`${setting} is not supported by Lambent: ${why}`);
export const defaultGroupStays = (): Fault => invalid("The default schedule group cannot be deleted.");
export const invalidToken = (): Fault => invalid("NextToken is not valid.");
export const scheduleNotFound = (name: string): Fault => notFound(`Schedule ${name} does not exist.`);
export const groupNotFound = (name: string): Fault => notFound(`Schedule group ${name} does not exist.`);
export const resourceNotFound = (arn: string): Fault => notFound(`Resource ${arn} does not exist.`);
export const scheduleExists = (name: string): Fault => conflict(`Schedule ${name} already exists.`);
export const groupExists = (name: string): Fault => conflict(`Schedule group ${name} already exists.`);
