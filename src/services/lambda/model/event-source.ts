// What kinds of event sources there are: which settings each takes and requires, and what it has by default.
// https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventsourcemapping.html and the pages of the sources.
import type { EventSourceKind, MappingSettings } from "../../../functions/event-source-mappings.ts";
import { unrecognizedSource } from "../faults/event-source-mappings.ts";

export type SettingName = keyof MappingSettings;

export interface SourceRules {
  /** As people call it. */
  readonly name: string;
  /** Settings besides those of all sources. */
  readonly takes: ReadonlySet<SettingName>;
  /** Path in AWS's messages of what cannot be left out. */
  readonly requires: readonly SettingName[];
  readonly startingPositions: readonly string[];
  readonly defaults: (uuid: string) => MappingSettings;
  readonly provisionedPollers: { readonly minimum: number; readonly maximum: number } | undefined;
  /** Beginnings of what a failed batch may go to. */
  readonly destinations: readonly RegExp[];
  /** Longest timeout of a function, seconds; undefined: any. */
  readonly functionTimeoutSeconds: number | undefined;
  /** Seen in StateTransitionReason. */
  readonly changedBy: "User action" | "USER_INITIATED";
  /** Whether LastProcessingResult is shown before anything was processed. */
  readonly showsResult: boolean;
  /** Whether Enabled false needs no transition: there was never anything to stop. */
  readonly restsAtOnce: boolean;
}

const anyPosition = ["LATEST", "AT_TIMESTAMP", "TRIM_HORIZON"];
const awsDestinations = [/^arn:[^:]+:(?:sqs|sns):[^:]+:\d{12}:[^:]+$/, /^arn:[^:]+:s3:::[^/]+$/];
const topic = /^kafka:\/\//;
const fourteenMinutes = 840;

const stream: Omit<SourceRules, "name" | "startingPositions"> = {
  takes: new Set<SettingName>([
    "StartingPosition",
    "StartingPositionTimestamp",
    "FilterCriteria",
    "ParallelizationFactor",
    "DestinationConfig",
    "MaximumRecordAgeInSeconds",
    "BisectBatchOnFunctionError",
    "MaximumRetryAttempts",
    "TumblingWindowInSeconds",
    "FunctionResponseTypes",
  ]),
  requires: ["StartingPosition"],
  defaults: () => ({
    BatchSize: 100,
    MaximumBatchingWindowInSeconds: 0,
    ParallelizationFactor: 1,
    DestinationConfig: { OnFailure: {} },
    MaximumRecordAgeInSeconds: -1,
    BisectBatchOnFunctionError: false,
    MaximumRetryAttempts: -1,
    TumblingWindowInSeconds: 0,
    FunctionResponseTypes: [],
  }),
  provisionedPollers: undefined,
  destinations: awsDestinations,
  functionTimeoutSeconds: undefined,
  changedBy: "User action",
  showsResult: true,
  restsAtOnce: false,
};

/** Retries of Kafka's are for provisioned mode only, where they are checked. */
const kafkaSettings: readonly SettingName[] = [
  "StartingPosition",
  "StartingPositionTimestamp",
  "FilterCriteria",
  "DestinationConfig",
  "MaximumRecordAgeInSeconds",
  "BisectBatchOnFunctionError",
  "MaximumRetryAttempts",
  "FunctionResponseTypes",
  "Topics",
  "SourceAccessConfigurations",
  "LoggingConfig",
  "ProvisionedPollerConfig",
];

const kafka: Omit<SourceRules, "name" | "takes" | "requires" | "defaults"> = {
  startingPositions: anyPosition,
  provisionedPollers: { minimum: 1, maximum: 200 },
  destinations: [...awsDestinations, topic],
  functionTimeoutSeconds: fourteenMinutes,
  changedBy: "USER_INITIATED",
  showsResult: true,
  restsAtOnce: false,
};

export const sourceRules: Readonly<Record<EventSourceKind, SourceRules>> = {
  sqs: {
    name: "Amazon SQS",
    takes: new Set<SettingName>(["FilterCriteria", "FunctionResponseTypes", "ScalingConfig", "ProvisionedPollerConfig"]),
    requires: [],
    startingPositions: [],
    defaults: () => ({ BatchSize: 10, MaximumBatchingWindowInSeconds: 0, FunctionResponseTypes: [] }),
    provisionedPollers: { minimum: 2, maximum: 200 },
    destinations: [],
    functionTimeoutSeconds: undefined,
    changedBy: "USER_INITIATED",
    showsResult: false,
    restsAtOnce: true,
  },
  kinesis: { ...stream, name: "Amazon Kinesis", startingPositions: anyPosition },
  dynamodb: { ...stream, name: "Amazon DynamoDB Streams", startingPositions: ["LATEST", "TRIM_HORIZON"] },
  msk: {
    ...kafka,
    name: "Amazon MSK",
    takes: new Set([...kafkaSettings, "AmazonManagedKafkaEventSourceConfig"]),
    requires: ["Topics", "StartingPosition"],
    defaults: (uuid) => ({ BatchSize: 100, AmazonManagedKafkaEventSourceConfig: { ConsumerGroupId: uuid } }),
  },
  kafka: {
    ...kafka,
    name: "self-managed Apache Kafka",
    takes: new Set([...kafkaSettings, "SelfManagedEventSource", "SelfManagedKafkaEventSourceConfig"]),
    requires: ["SourceAccessConfigurations", "Topics", "StartingPosition"],
    defaults: (uuid) => ({ BatchSize: 100, SelfManagedKafkaEventSourceConfig: { ConsumerGroupId: uuid } }),
  },
  mq: {
    ...kafka,
    name: "Amazon MQ",
    takes: new Set(["FilterCriteria", "Queues", "SourceAccessConfigurations"]),
    requires: ["SourceAccessConfigurations", "Queues"],
    startingPositions: [],
    defaults: () => ({ BatchSize: 100 }),
    provisionedPollers: undefined,
    destinations: [],
  },
  documentdb: {
    ...kafka,
    name: "Amazon DocumentDB",
    takes: new Set(["StartingPosition", "StartingPositionTimestamp", "SourceAccessConfigurations", "DocumentDBEventSourceConfig"]),
    requires: ["SourceAccessConfigurations", "DocumentDBEventSourceConfig", "StartingPosition"],
    defaults: () => ({ BatchSize: 100 }),
    provisionedPollers: undefined,
    destinations: [],
  },
};

/** Service and resource of the ARN of each kind. */
const arnKinds: readonly (readonly [EventSourceKind, string, RegExp])[] = [
  ["sqs", "sqs", /^[\w-]+(?:\.fifo)?$/],
  ["kinesis", "kinesis", /^stream\/[\w.-]+(?:\/consumer\/[\w.:-]+)?$/],
  ["dynamodb", "dynamodb", /^table\/[\w.-]+\/stream\/[\w.:-]+$/],
  ["msk", "kafka", /^(?:cluster|vpc-connection)\/.+$/],
  ["mq", "mq", /^broker:.+$/],
  ["documentdb", "rds", /^cluster:.+$/],
];

interface SourceInput {
  readonly EventSourceArn?: string | undefined;
  readonly SelfManagedEventSource?: { readonly Endpoints?: { readonly [kind: string]: readonly string[] | undefined } | undefined } | undefined;
}

/** Fault: no source, two, or one that nothing can read. */
export function locateSource(input: SourceInput): { readonly kind: EventSourceKind; readonly source: string } {
  const servers = input.SelfManagedEventSource?.Endpoints?.["KAFKA_BOOTSTRAP_SERVERS"];
  const arn = input.EventSourceArn === "" ? undefined : input.EventSourceArn;
  if ((servers === undefined) === (arn === undefined)) throw unrecognizedSource();
  if (servers !== undefined) return { kind: "kafka", source: servers.join(",") };
  const [, , service, , , ...resource] = (arn ?? "").split(":");
  const kind = arnKinds.find(([, known, pattern]) => known === service && pattern.test(resource.join(":")))?.[0];
  if (kind === undefined || arn === undefined) throw unrecognizedSource();
  return { kind, source: arn };
}

export const isFifo = (source: string): boolean => source.endsWith(".fifo");
