// Faults about tags.
import type { Fault } from "../../../core/faults.ts";
import { invalidParameter, notFound } from "./base.ts";

export const tooManyTags = (): Fault => invalidParameter("Number of tags exceeds resource tag limit.");

export const tagsOnFunctionsOnly = (): Fault =>
  invalidParameter("Tags on function aliases and versions are not supported. Please specify a function ARN.");

export const noTags = (): Fault => invalidParameter("An error occurred and the request cannot be processed.");

/** AWS's text is not recorded. */
export const reservedTag = (key: string): Fault =>
  invalidParameter(`Tag keys that begin with aws: are reserved for AWS: ${key}`);

export const taggedResourceNotFound = (kind: string, arn: string): Fault => notFound(`${kind} not found: ${arn}`);
