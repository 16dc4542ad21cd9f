// Faults about subscriptions, their attributes and filter policies.
import { Fault } from "../../../core/faults.ts";
import { invalidParameter, notFound } from "./base.ts";

export const subscriptionNotFound = (): Fault => notFound("Subscription does not exist");
export const unknownProtocol = (protocol: string): Fault => invalidParameter(`Amazon SNS does not support this protocol string: ${protocol}`);
export const protocolNotForFifo = (protocol: string): Fault => invalidParameter(`Invalid protocol type: ${protocol}`);
export const invalidQueueEndpoint = (): Fault => invalidParameter("SQS endpoint ARN");
export const invalidFunctionEndpoint = (): Fault => invalidParameter("Lambda endpoint ARN");
export const endpointMissing = (): Fault => invalidParameter("Endpoint must match the specified protocol");
export const fifoQueueOnStandardTopic = (): Fault =>
  invalidParameter("Invalid parameter: Endpoint Reason: FIFO SQS Queues can not be subscribed to standard SNS topics");
export const otherAttributes = (): Fault => invalidParameter("Attributes Reason: Subscription already exists with different attributes");
export const invalidSubscriptionId = (): Fault => invalidParameter("SubscriptionId");

/** Of one attribute; Subscribe words the same faults with what they are about before them. */
export class AttributeFault extends Fault {
  readonly text: string;
  constructor(text: string) {
    super({ code: "InvalidParameterException", status: 400, message: `Invalid parameter: ${text}` });
    this.text = text;
  }
}

export const amongAttributes = (fault: AttributeFault): Fault => invalidParameter(`Attributes Reason: ${fault.text}`);
export const unknownAttribute = (): AttributeFault => new AttributeFault("AttributeName");
export const invalidRaw = (value: string): AttributeFault =>
  new AttributeFault(`RawMessageDelivery: Invalid value [${value}]. Must be true or false.`);
export const rawUnsupported = (protocol: string): AttributeFault =>
  new AttributeFault(`Delivery protocol [${protocol}] does not support raw message delivery.`);
export const invalidScope = (value: string): AttributeFault =>
  new AttributeFault(`FilterPolicyScope: Invalid value [${value}]. Please use either MessageBody or MessageAttributes`);
export const invalidRedriveTarget = (): AttributeFault => new AttributeFault("RedrivePolicy: deadLetterTargetArn is an invalid arn");
export const unknownInRedrive = (name: string): AttributeFault =>
  new AttributeFault(`RedrivePolicy: invalid JSON. Attribute ${name} is unknown.`);
export const redriveNotJson = (): AttributeFault => new AttributeFault("RedrivePolicy: failed to parse JSON.");
export const redriveNotFifo = (): AttributeFault =>
  new AttributeFault("RedrivePolicy: must use a FIFO queue as DLQ for a FIFO Subscription to a FIFO Topic.");
export const invalidFilter = (why: string): AttributeFault => new AttributeFault(`FilterPolicy: ${why}`);
export const nestedFilter = (): AttributeFault =>
  new AttributeFault("Filter policy scope MessageAttributes does not support nested filter policy");
export const tooManyFilters = (): Fault =>
  new Fault({ code: "FilterPolicyLimitExceededException", status: 403, message: "Filter policy limit exceeded for topic" });
