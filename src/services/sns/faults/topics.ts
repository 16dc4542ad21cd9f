// Faults about topics and their policies.
import type { Fault } from "../../../core/faults.ts";
import { invalidParameter, notFound } from "./base.ts";

export const topicNotFound = (): Fault => notFound("Topic does not exist");
export const invalidTopicName = (): Fault => invalidParameter("Topic Name");
export const otherAttributes = (): Fault => invalidParameter("Attributes Reason: Topic already exists with different attributes");
export const otherTags = (): Fault => invalidParameter("Tags Reason: Topic already exists with different tags");
export const unknownAttribute = (): Fault => invalidParameter("AttributeName");
export const invalidAttribute = (name: string, value: string): Fault => invalidParameter(`${name}: Invalid value [${value}].`);
export const invalidPolicy = (why: string): Fault => invalidParameter(`Policy Error: ${why}`);
export const statementExists = (): Fault => invalidParameter("Statement already exists");
export const statementNotFound = (label: string): Fault => notFound(`Statement ${label} does not exist`);
export const unknownAction = (): Fault => invalidParameter("Policy statement action out of service scope!");
export const invalidAccount = (): Fault => invalidParameter("AWSAccountId");
