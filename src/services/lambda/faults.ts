// Faults of Lambda's API, in AWS's words; those about functions as such are in functions/faults.ts.
import { Fault } from "../../core/faults.ts";

const invalidParameter = (message: string): Fault =>
  new Fault({ code: "InvalidParameterValueException", status: 400, message });

const conflict = (message: string): Fault =>
  new Fault({ code: "ResourceConflictException", status: 409, message });

const notFound = (message: string): Fault =>
  new Fault({ code: "ResourceNotFoundException", status: 404, message });

/** A check that AWS words like those of the service model, though the model does not have it. */
export const constraintViolated = (value: string, path: string, constraint: string): Fault =>
  new Fault({
    code: "ValidationException",
    status: 400,
    message: `1 validation error detected: Value '${value}' at '${path}' failed to satisfy constraint: ${constraint}`,
  });

// Names and functions

export const functionNameTooLong = (name: string, limit: number): Fault =>
  invalidParameter(
    `1 validation error detected: Value '${name}' at 'functionName' failed to satisfy constraint: ` +
      `Member must have length less than or equal to ${limit}`,
  );

export const functionExists = (name: string): Fault => conflict(`Function already exist: ${name}`);

export const unqualifiedOnly = (): Fault =>
  invalidParameter(
    "This operation is permitted on Lambda functions only. Aliases and versions do not support this operation. " +
      "Please specify either a function name or an unqualified function ARN.",
  );

const revisionMismatchText =
  "The Revision Id provided does not match the latest Revision Id. " +
  "Call the GetFunction/GetAlias API to retrieve the latest Revision Id";

export const revisionMismatch = (): Fault =>
  new Fault({ code: "PreconditionFailedException", status: 412, message: revisionMismatchText });

export const latestUndeletable = (): Fault =>
  invalidParameter("$LATEST version cannot be deleted without deleting the function.");

export const aliasUndeletable = (): Fault => invalidParameter("Deletion of aliases is not currently supported.");

/** AWS's text is not recorded. */
export const versionInUse = (arn: string, aliases: readonly string[]): Fault =>
  conflict(`Version ${arn} cannot be deleted because it is used by these aliases: ${aliases.join(", ")}`);

// Settings

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

const environmentText =
  "Lambda was unable to configure your environment variables because the environment variables you have provided ";

export const reservedVariables = (names: readonly string[]): Fault =>
  invalidParameter(
    `${environmentText}contains reserved keys that are currently not supported for modification. ` +
      `Reserved keys used in this request: ${names.join(", ")}`,
  );

export const environmentTooLarge = (measured: string): Fault =>
  invalidParameter(`${environmentText}exceeded the 4KB limit. String measured: ${measured}`);

// Code

export const codeMissing = (): Fault => invalidParameter("Please provide a source for function code.");

export const codeSourcesExclusive = (): Fault =>
  invalidParameter("Please do not provide other FunctionCode parameters when providing a ZipFile.");

export const imageForZip = (): Fault =>
  invalidParameter("Please don't provide ImageUri when updating a function with packageType Zip.");

export const emptyZip = (): Fault => invalidParameter("Uploaded file must be a non-empty zip");

export const zipTooLarge = (limit: number): Fault =>
  new Fault({
    code: "RequestEntityTooLargeException",
    status: 413,
    message: `Zipped size must be smaller than ${limit} bytes`,
  });

/** Ours: a record refers to a blob that was deleted behind our back. */
export const codeLost = (sha256: string): Fault =>
  new Fault({ code: "ServiceException", status: 500, message: `The code ${sha256} is not in the store.` });

// Versions and aliases

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

// Lists

export const invalidMarker = (): Fault => invalidParameter("The provided Marker is invalid.");

export const masterRegionNeedsAll = (): Fault =>
  invalidParameter("FunctionVersion must be set to ALL if MasterRegion is specified");

// Tags

export const tooManyTags = (): Fault => invalidParameter("Number of tags exceeds resource tag limit.");

export const tagsOnFunctionsOnly = (): Fault =>
  invalidParameter("Tags on function aliases and versions are not supported. Please specify a function ARN.");

export const noTags = (): Fault => invalidParameter("An error occurred and the request cannot be processed.");

/** AWS's text is not recorded. */
export const reservedTag = (key: string): Fault =>
  invalidParameter(`Tag keys that begin with aws: are reserved for AWS: ${key}`);

export const taggedResourceNotFound = (kind: string, arn: string): Fault => notFound(`${kind} not found: ${arn}`);

export const codeSigningConfigNotFound = (): Fault =>
  new Fault({
    code: "ResourceNotFoundException",
    status: 404,
    message: "The Lambda code signing configuration ARN can not be found.",
  });

// Invokes

/** Ours: AWS takes what this refuses. */
export const invokeNotSupported = (setting: string): Fault =>
  invalidParameter(`Lambent does not support ${setting} of Invoke yet.`);

export const payloadTooLarge = (limit: number): Fault =>
  new Fault({
    code: "RequestEntityTooLargeException",
    status: 413,
    message: `Request must be smaller than ${limit} bytes for the InvokeFunction operation`,
  });

export const payloadNotJson = (parserText: string): Fault =>
  new Fault({
    code: "InvalidRequestContentException",
    status: 400,
    message: `Could not parse request body into json: Could not parse payload into json: ${parserText}`,
  });

export const invalidClientContext = (): Fault =>
  new Fault({
    code: "InvalidRequestContentException",
    status: 400,
    message: "Client context must be a valid Base64-encoded JSON object.",
  });

export const clientContextTooLong = (length: number, limit: number): Fault =>
  new Fault({
    code: "InvalidRequestContentException",
    status: 400,
    message: `Client context must be no more than ${limit} bytes when base64-encoded, and is ${length}.`,
  });
