// Faults about the settings of a function.
import type { Fault } from "../../../core/faults.ts";
import { invalidParameter } from "./base.ts";

/** Ours: AWS takes what this refuses. */
export const settingNotApplied = (setting: string, why: string): Fault =>
  invalidParameter(`Lambent does not apply ${setting} yet and stores no setting that it does not apply: ${why}`);

export const runtimeAndHandlerMissing = (): Fault =>
  invalidParameter("Runtime and Handler are mandatory parameters for functions created with deployment packages.");

export const unknownRuntime = (runtime: string, accepted: readonly string[]): Fault =>
  invalidParameter(
    `Value ${runtime} at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: ` +
      `[${accepted.join(", ")}] or be a valid ARN`,
  );

export const blockedRuntime = (runtime: string): Fault =>
  invalidParameter(
    `The runtime parameter of ${runtime} is no longer supported for creating or updating AWS Lambda functions. ` +
      "We recommend you use a supported runtime while creating or updating functions.",
  );

/** The words are ours; AWS's are not recorded. */
export const invalidDeadLetterTarget = (arn: string): Fault =>
  invalidParameter(`Invalid dead letter queue ARN: ${arn} is neither an Amazon SQS queue nor an Amazon SNS topic.`);

export const levelsNeedJson = (): Fault =>
  invalidParameter(
    'LogLevel is not supported when LogFormat is set to "Text". Remove LogLevel from your request or change the LogFormat to "Json" and try again.',
  );

const environmentText =
  "Lambda was unable to configure your environment variables because the environment variables you have provided ";

export const reservedVariables = (names: readonly string[]): Fault =>
  invalidParameter(
    `${environmentText}contains reserved keys that are currently not supported for modification. ` +
      `Reserved keys used in this request: ${names.join(", ")}`,
  );

export const environmentTooLarge = (measured: string): Fault =>
  invalidParameter(`${environmentText}exceeded the 4KB limit. String measured: ${measured}`);
