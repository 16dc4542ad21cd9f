// Faults of capacity providers and of the scaling of functions on them.
import { Fault } from "../../../core/faults.ts";
import { conflict, invalidParameter } from "./base.ts";

/** AWS's text is not recorded. */
export const capacityProviderExists = (name: string): Fault => conflict(`Capacity provider already exists: ${name}`);

/** AWS's text is not recorded; that one list excludes the other is documented. */
export const instanceTypesExclusive = (): Fault =>
  invalidParameter("AllowedInstanceTypes and ExcludedInstanceTypes cannot be specified together.");

/** AWS's text is not recorded. */
export const capacityProviderInUse = (name: string): Fault => conflict(`Capacity provider ${name} is used by functions; delete them first.`);

/** AWS's text is not recorded; the limit is documented. */
export const memoryForManaged = (memoryMiB: number, least: number): Fault =>
  invalidParameter(`MemorySize ${memoryMiB} is below the ${least} MB that functions with a capacity provider need.`);

/** AWS's text is not recorded; the rule is documented. */
export const managedNeedsJson = (): Fault => invalidParameter("LogFormat must be JSON for functions with a capacity provider.");

/** AWS's text is not recorded. */
export const managedNotProvisioned = (): Fault =>
  invalidParameter("Provisioned concurrency is not supported for functions with a capacity provider.");

/** Seen by users on AWS (https://github.com/go-to-k/cdkd/issues/1616), though the model does not list the type. */
export const noCapacityProvider = (): Fault =>
  new Fault({
    code: "AccessDeniedException",
    status: 403,
    message: "The function provided by the arn does not contain a capacity provider configuration",
  });
