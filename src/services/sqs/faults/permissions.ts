// Faults about AddPermission, RemovePermission and the policy of a queue.
import type { Fault } from "../../../core/faults.ts";
import { limits } from "../limits.ts";
import { invalidValue, overLimit } from "./base.ts";
import { invalidAttribute } from "./queues.ts";

export const labelExists = (label: string): Fault => invalidValue(label, "Label", "Already exists.");
export const labelNotFound = (label: string): Fault => invalidValue(label, "Label", "can't find label.");
export const labelMalformed = (label: string): Fault =>
  invalidValue(label, "Label", "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length.");
export const unknownAction = (action: string): Fault => invalidValue(action, "ActionName", "Please refer to the appropriate WSDL for a list of valid actions.");
export const unknownPrincipal = (account: string): Fault => invalidValue(account, "PrincipalId", "Unable to verify.");
export const tooManyActions = (count: number): Fault => overLimit(`${count} Actions were found, maximum allowed is ${limits.permissionActions}.`);
export const malformedPolicy = (reason: string): Fault => invalidAttribute("Policy", reason);
