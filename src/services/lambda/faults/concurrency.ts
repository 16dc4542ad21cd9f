// Faults about reserved and provisioned concurrency and what an account has of it.
import { Fault } from "../../../core/faults.ts";
import { conflict, invalidParameter } from "./base.ts";

/** AWS sends these with `message` and without `Type`, unlike others of the same error. */
const refused = (message: string): Fault =>
  new Fault({ code: "InvalidParameterValueException", status: 400, message, members: { Type: undefined } });

export const unreservedTooLow = (setting: "ReservedConcurrentExecutions" | "ConcurrentExecutions", minimum: number): Fault =>
  refused(
    `Specified ${setting} for function decreases account's UnreservedConcurrentExecution below its minimum value of [${minimum}].`,
  );

export const reservedBelowProvisioned = (executions: number, provisioned: number): Fault =>
  // Both blanks are AWS's.
  refused(
    ` ReservedConcurrentExecutions  ${executions} should not be lower than function's total provisioned concurrency [${provisioned}].`,
  );

export const provisionedAboveReserved = (): Fault =>
  refused("Requested Provisioned Concurrency should not be greater than the reservedConcurrentExecution for function");

export const provisionedAboveUnreserved = (unreserved: number): Fault =>
  refused(`Specified ConcurrentExecutions for function is greater than account's unreserved concurrency [${unreserved}].`);

export const unpublishedNotProvisionable = (): Fault =>
  invalidParameter("Provisioned Concurrency Configs cannot be applied to unpublished function versions.");

export const provisionedQualifierMissing = (): Fault =>
  invalidParameter("The function resource provided must be an alias or a published version.");

export const versionProvisionedAlready = (): Fault =>
  conflict("Alias can't be used for Provisioned Concurrency configuration on an already Provisioned version");

export const versionOfProvisionedAlias = (): Fault => conflict("Version is pointed by a Provisioned Concurrency alias");

export const provisionedConfigNotFound = (): Fault =>
  new Fault({
    code: "ProvisionedConcurrencyConfigNotFoundException",
    status: 404,
    message: "No Provisioned Concurrency Config found for this function",
  });
