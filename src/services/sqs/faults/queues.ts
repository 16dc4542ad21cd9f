// Faults about queues, their names, attributes and tags.
import { Fault } from "../../../core/faults.ts";
import { limits } from "../limits.ts";
import { invalidParameter, invalidValue } from "./base.ts";

// In awsQuery its message is another one (protocol/service-table.ts).
export const queueNotFound = (): Fault => new Fault({ code: "QueueDoesNotExist", status: 400, message: "The specified queue does not exist." });

export const queueExists = (attribute: string): Fault =>
  new Fault({
    code: "QueueNameExists",
    status: 400,
    message: `A queue already exists with the same name and a different value for attribute ${attribute}`,
  });

export const queueDeletedRecently = (): Fault =>
  new Fault({
    code: "QueueDeletedRecently",
    status: 400,
    message: "You must wait 60 seconds after deleting a queue before you can create another with the same name.",
  });

export const queueNameMalformed = (): Fault =>
  invalidParameter("Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length");

export const fifoNameMalformed = (): Fault =>
  invalidParameter(
    "The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, must end with .fifo suffix and be 1 to 80 in length.",
  );

/** AWS's text is not recorded. */
export const tooManyConflicts = (arn: string, cause: unknown): Fault =>
  new Fault({ code: "RequestThrottled", status: 403, message: `The queue ${arn} is changed by others faster than this change can be made.`, cause });

export const purgeInProgress = (name: string): Fault =>
  new Fault({ code: "PurgeQueueInProgress", status: 403, message: `Only one PurgeQueue operation on ${name} is allowed every 60 seconds.` });

// Attributes

const invalidName = (message: string): Fault => new Fault({ code: "InvalidAttributeName", status: 400, message });

export const unknownAttribute = (name: string): Fault => invalidName(`Unknown Attribute ${name}.`);

export const fifoOnly = (attribute: string): Fault => invalidName(`You can specify the ${attribute} only when FifoQueue is set to true.`);

export const bothEncryptions = (): Fault =>
  invalidName("You can use one type of server-side encryption (SSE) at one time. You can either enable KMS SSE or SQS SSE.");

export const invalidAttribute = (name: string, reason?: string): Fault =>
  new Fault({
    code: "InvalidAttributeValue",
    status: 400,
    message: `Invalid value for the parameter ${name}.${reason === undefined ? "" : ` Reason: ${reason}`}`,
  });

export const queueTypeIsFixed = (): Fault => invalidAttribute("FifoQueue", "Modifying queue type is not supported.");

/** AWS's text is not recorded. */
export const limitNeedsScope = (): Fault =>
  invalidAttribute("FifoThroughputLimit", "perMessageGroupId is allowed only when DeduplicationScope is messageGroup.");

export const invalidRedrive = (value: string, reason: string): Fault => invalidValue(value, "RedrivePolicy", reason);
export const invalidRedriveAllow = (value: string, reason: string): Fault => invalidValue(value, "RedriveAllowPolicy", reason);

/** A setting that Lambent cannot honour yet. */
export const settingNotApplied = (setting: string, why: string): Fault =>
  new Fault({ code: "UnsupportedOperation", status: 400, message: `Lambent does not apply ${setting} yet: ${why}` });

// Lists and tags

export const invalidMaxResults = (value: number, most: number = limits.listedQueues): Fault =>
  invalidValue(value, "MaxResults", `Must be between 1 and ${most}, if provided.`);

export const invalidNextToken = (): Fault => invalidParameter("Invalid NextToken value.");

/** AWS's texts about tags are not recorded. */
export const invalidTag = (reason: string): Fault => invalidParameter(reason);
