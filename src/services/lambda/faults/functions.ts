// Faults about names, revisions and deletion of functions.
import { Fault } from "../../../core/faults.ts";
import { conflict, invalidParameter } from "./base.ts";

export const functionNameTooLong = (name: string, limit: number): Fault =>
  invalidParameter(
    `1 validation error detected: Value '${name}' at 'functionName' failed to satisfy constraint: ` +
      `Member must have length less than or equal to ${limit}`,
  );

export const functionExists = (name: string): Fault => conflict(`Function already exist: ${name}`);

export const unqualifiedOnly = (): Fault =>
  invalidParameter(
    "This operation is permitted on Lambda functions only. Aliases and versions do not support this operation. " +
      "Please specify either a function name or an unqualified function ARN.",
  );

const revisionMismatchText =
  "The Revision Id provided does not match the latest Revision Id. " +
  "Call the GetFunction/GetAlias API to retrieve the latest Revision Id";

export const revisionMismatch = (): Fault =>
  new Fault({ code: "PreconditionFailedException", status: 412, message: revisionMismatchText });

export const latestUndeletable = (): Fault =>
  invalidParameter("$LATEST version cannot be deleted without deleting the function.");

export const aliasUndeletable = (): Fault => invalidParameter("Deletion of aliases is not currently supported.");

/** AWS's text is not recorded. */
export const versionInUse = (arn: string, aliases: readonly string[]): Fault =>
  conflict(`Version ${arn} cannot be deleted because it is used by these aliases: ${aliases.join(", ")}`);
