// Faults about rules, their patterns and targets.
import { Fault } from "../../../core/faults.ts";
import { invalid, notFound } from "./base.ts";

export const ruleNotFound = (name: string, bus: string): Fault =>
  notFound(`Rule ${name} does not exist on EventBus ${bus}.`);
export const neitherPatternNorSchedule = (): Fault =>
  invalid("Parameter(s) EventPattern or ScheduleExpression must be specified.");
export const scheduleOnOtherBus = (): Fault => invalid("ScheduleExpression is supported only on the default event bus.");
export const invalidSchedule = (): Fault => invalid("Parameter ScheduleExpression is not valid.");
export const ruleHasTargets = (): Fault => invalid("Rule can't be deleted since it has targets.");
export const invalidTestEvent = (): Fault => invalid("Parameter Event is not valid.");

export const invalidPattern = (text: string): Fault =>
  new Fault({ code: "InvalidEventPatternException", status: 400, message: `Event pattern is not valid. Reason: ${text}` });

export const severalInputs = (id: string): Fault =>
  invalid(`Only one of Input, InputPath, or InputTransformer must be provided for target ${id}.`);
export const inputNotJson = (id: string): Fault => invalid(`Input for target ${id} is not a valid JSON text.`);
export const invalidInputPath = (id: string): Fault => invalid(`InputPath for target ${id} is invalid.`);
export const invalidPlaceholder = (id: string, name: string): Fault =>
  invalid(`InputTemplate for target ${id} contains invalid placeholder ${name}.`);
export const reservedPathName = (id: string, name: string): Fault =>
  invalid(`InputPathsMap for target ${id} contains the reserved name ${name}.`);
export const groupRequired = (id: string): Fault => invalid(`Parameter(s) SqsParameters must be specified for target: ${id}.`);
export const roleRequired = (arn: string): Fault => invalid(`RoleArn is required for target ${arn}.`);
export const malformedTarget = (id: string): Fault => invalid(`Parameter ${id} is not valid. Reason: Provided Arn is not in correct format.`);
