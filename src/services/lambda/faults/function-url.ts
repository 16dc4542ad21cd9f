// Faults about function URLs.
import type { Fault } from "../../../core/faults.ts";
import { conflict, notFound } from "./base.ts";

export const urlFunctionMissing = (): Fault => notFound("Function does not exist");

export const urlConfigMissing = (): Fault => notFound("The resource you requested does not exist.");

/** Two blanks are AWS's. */
export const urlConfigExists = (arn: string): Fault =>
  conflict(
    `Failed to create function url config for [functionArn = ${arn}]. ` +
      "Error message:  FunctionUrlConfig exists for this Lambda function",
  );
