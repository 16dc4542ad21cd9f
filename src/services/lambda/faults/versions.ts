// Faults about versions and aliases.
import type { Fault } from "../../../core/faults.ts";
import { conflict, invalidParameter, notFound } from "./base.ts";

export const codeSha256Differs = (asked: string, current: string): Fault =>
  invalidParameter(
    `CodeSHA256 (${asked}) is different from current CodeSHA256 in $LATEST (${current}). ` +
      "Please try again with the CodeSHA256 in $LATEST.",
  );

export const aliasExists = (arn: string): Fault => conflict(`Alias already exists: ${arn}`);
export const aliasArnNotFound = (arn: string): Fault => notFound(`Cannot find alias arn: ${arn}`);
export const aliasNotFound = (arn: string): Fault => notFound(`Alias not found: ${arn}`);

export const tooManyAdditionalVersions = (): Fault =>
  invalidParameter("Number of items in AdditionalVersionWeights cannot be greater than 1");

export const versionRoutedTwice = (version: string): Fault =>
  invalidParameter(
    `Invalid function version ${version}. Function version ${version} is already included in routing configuration.`,
  );

export const latestNotRoutable = (): Fault =>
  invalidParameter("$LATEST is not supported for an alias pointing to more than 1 version");
