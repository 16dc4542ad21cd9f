// Faults about messages: what may be sent, received, changed and deleted.
import { Fault } from "../../../core/faults.ts";
import { limits } from "../limits.ts";
import { invalidParameter, invalidValue, missingParameter, overLimit, unsupportedOperation } from "./base.ts";

// Sending

/** `character` as AWS prints it: `#x7`. */
export const invalidCharacter = (character: string): Fault =>
  new Fault({
    code: "InvalidMessageContents",
    status: 400,
    message:
      `Invalid binary character '${character}' was found in the message body, the set of allowed characters is ` +
      "#x9 | #xA | #xD | [#x20-#xD7FF] | [#xE000-#xFFFD] | [#x10000-#x10FFFF].",
  });

export const messageTooLong = (limitBytes: number): Fault =>
  invalidParameter(`One or more parameters are invalid. Reason: Message must be shorter than ${limitBytes} bytes.`);

export const entryTooLong = (limitBytes: number): Fault =>
  invalidParameter(`One or more parameters cannot be validated. Reason: Message must be shorter than ${limitBytes} bytes.`);

export const notForThisQueueType = (value: string | number, parameter: string): Fault =>
  invalidValue(value, parameter, "The request include parameter that is not valid for this queue type.");

export const invalidDelay = (value: number): Fault => invalidValue(value, "DelaySeconds", `DelaySeconds must be >= 0 and <= ${limits.delaySeconds}.`);

export const groupMissing = (): Fault => missingParameter("MessageGroupId");

export const deduplicationMissing = (): Fault =>
  invalidParameter("The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly");

export const malformedId = (value: string, parameter: string): Fault =>
  invalidValue(value, parameter, `${parameter} can only include alphanumeric and punctuation characters. 1 to 128 in length.`);

// Message attributes. `kind`: "user", "system".

export const tooManyAttributes = (count: number): Fault =>
  invalidParameter(`Number of message attributes [${count}] exceeds the allowed maximum [${limits.messageAttributes}].`);

export const attributeName = (reason: string): Fault => invalidParameter(`The message attribute name ${reason}`);

export const attributeTypeMissing = (kind: string, name: string): Fault =>
  invalidParameter(`The message (${kind}) attribute '${name}' must contain a non-empty message attribute type.`);

export const attributeTypeUnknown = (kind: string, name: string): Fault =>
  invalidParameter(
    `The type of message (${kind}) attribute '${name}' is invalid. You must use only the following supported type prefixes: Binary, Number, String.`,
  );

export const attributeEmpty = (kind: string, name: string, type: string): Fault =>
  invalidParameter(`Message (${kind}) attribute '${name}' must contain a non-empty value of type '${type}'.`);

export const attributeNoNumber = (kind: string, name: string): Fault =>
  invalidParameter(`Can't cast the value of message (${kind}) attribute '${name}' to a number.`);

export const attributeLists = (): Fault => unsupportedOperation("Message attribute list values in SendMessage operation are not supported.");

export const systemAttributeUnknown = (name: string): Fault =>
  invalidParameter(`Message system attribute name '${name}' is invalid. You must use only the following supported names: AWSTraceHeader.`);

export const systemAttributeType = (name: string): Fault =>
  invalidParameter(`The type of message system attribute '${name}' is invalid. It must be String.`);

// Receiving

export const invalidMaxNumber = (value: number): Fault =>
  invalidValue(value, "MaxNumberOfMessages", `Must be between 1 and ${limits.receivedMessages}, if provided.`);

export const invalidWait = (value: number): Fault => invalidValue(value, "WaitTimeSeconds", `Must be >= 0 and <= ${limits.waitSeconds}, if provided.`);

export const invalidVisibility = (value: number): Fault =>
  invalidValue(value, "VisibilityTimeout", `Must be >= 0 and <= ${limits.visibilitySeconds}, if provided.`);

/** AWS's text is not recorded. */
export const tooManyInFlight = (): Fault =>
  overLimit(`The maximum number of in flight messages is reached. A queue can have ${limits.inFlight} of them.`);

/** AWS's text is not recorded. */
export const throttled = (): Fault =>
  new Fault({ code: "RequestThrottled", status: 403, message: "The request was denied due to request throttling." });

// Receipts

export const visibilityBeyondLimit = (value: number): Fault =>
  invalidValue(value, "VisibilityTimeout", `Total VisibilityTimeout for the message is beyond the limit [${limits.visibilitySeconds} seconds].`);

export const notAvailableForChange = (handle: string): Fault =>
  invalidValue(handle, "ReceiptHandle", "Message does not exist or is not available for visibility timeout change.");

export const receiptExpired = (handle: string): Fault => invalidValue(handle, "ReceiptHandle", "The receipt handle has expired.");

export const receiptMalformed = (handle: string): Fault =>
  new Fault({ code: "ReceiptHandleIsInvalid", status: 404, message: `The input receipt handle "${handle}" is not a valid receipt handle.` });
