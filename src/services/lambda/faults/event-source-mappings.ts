// Faults of event source mappings. Texts are AWS's, as recorded; those marked ours are for what is not recorded.
import { Fault } from "../../../core/faults.ts";
import { conflict, invalidParameter, notFound } from "./base.ts";

/** Ours: AWS polls what this refuses. */
export const sourceNotPolled = (name: string): Fault =>
  invalidParameter(`Lambent does not poll ${name} yet; create the mapping with Enabled false.`);

export const unrecognizedSource = (): Fault => invalidParameter("Unrecognized event source.");
export const mappedFunctionMissing = (): Fault => invalidParameter("Function does not exist");
export const mappingNotFound = (): Fault => notFound("The resource you requested does not exist.");

export const mappingInUse = (verb: "update" | "delete"): Fault =>
  new Fault({
    code: "ResourceInUseException",
    status: 400,
    message: `Cannot ${verb} the event source mapping because it is in use.`,
  });

export const unsupportedMember = (member: string): Fault =>
  invalidParameter(`Unsupported ${member} parameter for given event source mapping type.`);

export const requiredMember = (path: string): Fault => invalidParameter(`Required '${path}' parameter is missing.`);

export const startingPositionMissing = (): Fault => nullMember("startingPosition");

/** Worded as AWS words the missing position. */
export const nullMember = (path: string): Fault =>
  invalidParameter(
    `1 validation error detected: Value null at '${path}' failed to satisfy constraint: Member must not be null.`,
  );

export const unsupportedStartingPosition = (arn: string): Fault =>
  invalidParameter(`Unsupported starting position for arn type: ${arn}`);

/** Ours. */
export const startingTimeInFuture = (): Fault => invalidParameter("StartingPositionTimestamp cannot be in the future.");
/** Ours. */
export const startingTimeWithoutPosition = (): Fault =>
  invalidParameter("StartingPositionTimestamp is only supported with StartingPosition AT_TIMESTAMP.");

export const windowTooShort = (): Fault =>
  invalidParameter("Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10");

export const invalidFilterPattern = (): Fault => invalidParameter("Invalid filter pattern definition.");

/** Ours. */
export const tooManyFilters = (limit: number): Fault =>
  invalidParameter(`FilterCriteria must not have more than ${limit} filters.`);

/** Worded as that of the configuration of asynchronous invokes. */
export const invalidMappingDestination = (destination: string): Fault =>
  invalidParameter(
    "The provided destination config DestinationConfig(onSuccess=null, " +
      `onFailure=OnFailure(destination=${destination})) is invalid.`,
  );

/** Ours. */
export const scalingExclusive = (): Fault =>
  invalidParameter("ScalingConfig and ProvisionedPollerConfig must not be given together.");
/** Ours. */
export const pollersOutOfOrder = (): Fault =>
  invalidParameter("MinimumPollers must not be greater than MaximumPollers.");
/** Ours. */
export const provisionedModeOnly = (member: string): Fault =>
  invalidParameter(`${member} is only supported for Kafka event source mappings in provisioned mode.`);
/** Ours. */
export const oneProcessorPerShardOnly = (): Fault =>
  invalidParameter("ParallelizationFactor must be 1 with a TumblingWindowInSeconds.");
/** Ours. */
export const consumerGroupFixed = (): Fault => invalidParameter("ConsumerGroupId cannot be changed.");
/** Ours; the limit is documented: functions of these sources run for 14 minutes at most. */
export const functionTimeoutTooLong = (seconds: number): Fault =>
  invalidParameter(`The timeout of a function with this event source must not be greater than ${seconds} seconds.`);

export const streamMissing = (arn: string): Fault => invalidParameter(`Stream not found: ${arn}`);

export const queueMissing = (): Fault =>
  invalidParameter(
    "Error occurred while ReceiveMessage. SQS Error Code: AWS.SimpleQueueService.NonExistentQueue. " +
      "SQS Error Message: The specified queue does not exist.",
  );

export const visibilityTooShort = (visibilitySeconds: number, timeoutSeconds: number): Fault =>
  invalidParameter(
    `Queue visibility timeout: ${visibilitySeconds} seconds is less than Function timeout: ${timeoutSeconds} seconds`,
  );

interface Duplicate {
  readonly source: string;
  readonly functionName: string;
  readonly functionArn: string;
  readonly topics: readonly string[];
  readonly uuid: string;
}

export const queueMappingExists = ({ source, functionName, uuid }: Duplicate): Fault =>
  conflict(`An event source mapping with SQS arn (" ${source} ") and function (" ${functionName} ") already exists. ${otherwise(uuid)}`);

export const streamMappingExists = ({ source, functionName, uuid }: Duplicate): Fault =>
  conflict(
    `The event source arn (" ${source} ") and function (" ${functionName} ") provided mapping already exists. ${otherwise(uuid)}`,
  );

export const kafkaMappingExists = ({ source, functionArn, topics, uuid }: Duplicate): Fault =>
  conflict(
    `An event source mapping with event source ("${source}"), function ("${functionArn}"), ` +
      `topics ("${topics.join(",")}") already exists. ${otherwise(uuid)}`,
  );

const otherwise = (uuid: string): string => `Please update or delete the existing mapping with UUID ${uuid}`;
