// Faults of Publish and PublishBatch.
import { Fault } from "../../../core/faults.ts";
import { invalidParameter } from "./base.ts";

const invalidValue = (message: string): Fault => new Fault({ code: "InvalidParameterValueException", status: 400, message });

export const noTarget = (): Fault => invalidParameter("TopicArn or TargetArn Reason: no value for required parameter");
export const severalTargets = (): Fault => invalidParameter("TopicArn and TargetArn Reason: only one of them may be given");
export const noEndpoint = (): Fault => invalidParameter("TargetArn Reason: No endpoint found for the target arn specified");
export const emptyMessage = (): Fault => invalidParameter("Empty message");
export const invalidSubject = (): Fault => invalidParameter("Subject");
export const messageTooLong = (): Fault => invalidParameter("Message too long");
export const invalidStructure = (): Fault => invalidParameter("MessageStructure");
export const structureNotJson = (): Fault => invalidParameter("Message Structure - JSON message body failed to parse");
export const structureWithoutDefault = (): Fault => invalidParameter("Message Structure - No default entry in JSON message body");
export const groupRequired = (): Fault => invalidParameter("The MessageGroupId parameter is required for FIFO topics");
export const deduplicationRequired = (): Fault =>
  invalidParameter("The topic should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly");
export const deduplicationOnStandard = (): Fault =>
  invalidParameter("MessageDeduplicationId Reason: The request includes MessageDeduplicationId parameter that is not valid for this topic type");
export const invalidId = (member: string): Fault => invalidParameter(member);

export const emptyAttribute = (name: string, type: string): Fault =>
  invalidValue(`The message attribute '${name}' must contain non-empty message attribute value for message attribute type '${type}'.`);
export const attributeField = (name: string, type: string, field: string): Fault =>
  invalidValue(`The message attribute '${name}' with type '${type}' must use field '${field}'.`);
export const unknownAttributeType = (name: string): Fault =>
  invalidValue(`The message attribute '${name}' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.`);
export const dotAtEdge = (edge: "starting" | "ending"): Fault =>
  invalidValue(`Invalid message attribute name ${edge} with character '.' was found.`);
export const successiveDots = (): Fault => invalidValue("Message attribute name can not have successive '.' character.");
export const invalidAttributeName = (name: string): Fault => invalidValue(`Invalid message attribute name '${name}'.`);

const batch = (code: string, message: string): Fault => new Fault({ code, status: 400, message });
export const emptyBatch = (): Fault => batch("EmptyBatchRequestException", "The batch request doesn't contain any entries.");
export const tooManyEntries = (): Fault => batch("TooManyEntriesInBatchRequestException", "The batch request contains more entries than permissible.");
export const idsNotDistinct = (): Fault => batch("BatchEntryIdsNotDistinctException", "Two or more batch entries in the request have the same Id.");
export const batchTooLong = (): Fault => batch("BatchRequestTooLongException", "The length of all the messages put together is more than the limit.");
export const entryIdTooLong = (id: string): Fault => batch("InvalidBatchEntryIdException", `The Id of a batch entry in the batch request is too long: ${id}`);
export const invalidEntryId = (id: string): Fault =>
  batch("InvalidBatchEntryIdException", `The Id of a batch entry in the batch request contains an impermissible character: ${id}`);
