// Settings of event source mappings: from what CreateEventSourceMapping and UpdateEventSourceMapping are given to
// complete ones, and the rules between them that the service model does not have.
import { readEventPattern, readPatternJson } from "../../../core/pattern/event-pattern.ts";
import { InvalidPattern } from "../../../core/pattern/invalid-pattern.ts";
import type { EventSourceKind, KafkaConsumer, MappingSettings } from "../../../functions/event-source-mappings.ts";
import type { LambdaInput } from "../api.ts";
import { constraintViolated } from "../faults/base.ts";
import {
  consumerGroupFixed,
  invalidFilterPattern,
  invalidMappingDestination,
  nullMember,
  oneProcessorPerShardOnly,
  pollersOutOfOrder,
  provisionedModeOnly,
  requiredMember,
  scalingExclusive,
  startingPositionMissing,
  startingTimeInFuture,
  startingTimeWithoutPosition,
  tooManyFilters,
  unsupportedMember,
  unsupportedStartingPosition,
  windowTooShort,
} from "../faults/event-source-mappings.ts";
import { limits } from "../limits.ts";
import { isFifo, type SettingName, sourceRules } from "./event-source.ts";

type CreateInput = LambdaInput<"CreateEventSourceMapping">;
type UpdateInput = LambdaInput<"UpdateEventSourceMapping">;
/** Settings that were sent; undefined under a name: takes the setting away. */
type Sent = Partial<MappingSettings>;

export interface MappingSource {
  readonly kind: EventSourceKind;
  readonly source: string;
}

/** Of all sources. */
const common: ReadonlySet<SettingName> = new Set(["BatchSize", "MaximumBatchingWindowInSeconds", "MetricsConfig"]);

/** `uuid`: of the new mapping. Faults: what the source does not take, lacks, or takes otherwise. */
export function newMappingSettings(input: CreateInput, at: MappingSource, { uuid, nowMs }: { readonly uuid: string; readonly nowMs: number }): MappingSettings {
  const rules = sourceRules[at.kind];
  const sent = { ...sentIn(input, at), ...sentOnceIn(input) };
  checkTaken(sent, at);
  const missing = rules.requires.find((name) => sent[name] === undefined);
  if (missing === "StartingPosition") throw startingPositionMissing();
  if (missing !== undefined) throw requiredMember(`${missing.charAt(0).toLowerCase()}${missing.slice(1)}`);
  checkStartingPosition(input, at, nowMs);
  const settings = merge(rules.defaults(uuid), sent);
  checkTogether(settings, at);
  return settings;
}

/** Replaces what was sent. */
export function changedMappingSettings(current: MappingSettings, input: UpdateInput, at: MappingSource): MappingSettings {
  const sent = sentIn(input, at);
  checkTaken(sent, at);
  for (const name of ["AmazonManagedKafkaEventSourceConfig", "SelfManagedKafkaEventSourceConfig"] as const)
    if (sent[name] !== undefined && input[name]?.ConsumerGroupId !== undefined && input[name].ConsumerGroupId !== current[name]?.ConsumerGroupId)
      throw consumerGroupFixed();
  const settings = merge(current, sent);
  checkTogether(settings, at);
  return settings;
}

/** Of both operations. Empty lists and structures mean none; left out, they are not among the settings. */
function sentIn(input: UpdateInput | CreateInput, { kind }: MappingSource): Sent {
  const { BatchSize, MaximumBatchingWindowInSeconds, ParallelizationFactor, LoggingConfig } = input;
  const { MaximumRecordAgeInSeconds, BisectBatchOnFunctionError, MaximumRetryAttempts, TumblingWindowInSeconds } = input;
  const { FunctionResponseTypes, SourceAccessConfigurations, DocumentDBEventSourceConfig } = input;
  const { AmazonManagedKafkaEventSourceConfig, SelfManagedKafkaEventSourceConfig } = input;
  const given = {
    BatchSize,
    MaximumBatchingWindowInSeconds,
    ParallelizationFactor,
    LoggingConfig,
    MaximumRecordAgeInSeconds,
    BisectBatchOnFunctionError,
    MaximumRetryAttempts,
    TumblingWindowInSeconds,
    DocumentDBEventSourceConfig,
    AmazonManagedKafkaEventSourceConfig: consumerOf(AmazonManagedKafkaEventSourceConfig),
    SelfManagedKafkaEventSourceConfig: consumerOf(SelfManagedKafkaEventSourceConfig),
    FunctionResponseTypes: emptyIsNone(FunctionResponseTypes, sourceRules[kind].takes.has("FunctionResponseTypes")),
    SourceAccessConfigurations: emptyIsNone(SourceAccessConfigurations, false),
  };
  return {
    ...(Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Sent),
    ...(input.FilterCriteria === undefined ? {} : { FilterCriteria: filtersOf(input.FilterCriteria.Filters, kind) }),
    ...(input.MetricsConfig === undefined ? {} : { MetricsConfig: input.MetricsConfig.Metrics?.length ? input.MetricsConfig : undefined }),
    ...(input.ScalingConfig === undefined
      ? {}
      : { ScalingConfig: input.ScalingConfig.MaximumConcurrency === undefined ? undefined : input.ScalingConfig }),
    ...(input.ProvisionedPollerConfig === undefined ? {} : { ProvisionedPollerConfig: pollersOf(input.ProvisionedPollerConfig, kind) }),
    ...(input.DestinationConfig === undefined ? {} : { DestinationConfig: destinationOf(input.DestinationConfig, kind) }),
  };
}

/** Of CreateEventSourceMapping alone: AWS lets nobody change them. */
function sentOnceIn({ StartingPosition, StartingPositionTimestamp, Topics, Queues, SelfManagedEventSource }: CreateInput): Sent {
  return {
    ...(StartingPosition === undefined ? {} : { StartingPosition }),
    ...(StartingPositionTimestamp === undefined ? {} : { StartingPositionTimestamp: StartingPositionTimestamp.getTime() }),
    ...(Topics === undefined ? {} : { Topics }),
    ...(Queues === undefined ? {} : { Queues }),
    ...(SelfManagedEventSource === undefined ? {} : { SelfManagedEventSource }),
  };
}

const emptyIsNone = <Item>(list: readonly Item[] | undefined, taken: boolean): readonly Item[] | undefined =>
  list?.length === 0 && !taken ? undefined : list;

/** Without a group of its own it keeps the one that it has, or the mapping's UUID. */
const consumerOf = (config: { readonly ConsumerGroupId?: string | undefined } | undefined): KafkaConsumer | undefined =>
  config as KafkaConsumer | undefined;

/** Settings with what was sent in their place; a consumer's members one by one, so that its group stays. */
function merge(settings: MappingSettings, sent: Sent): MappingSettings {
  const consumer = (name: "AmazonManagedKafkaEventSourceConfig" | "SelfManagedKafkaEventSourceConfig"): Sent =>
    sent[name] === undefined ? {} : { [name]: { ...settings[name], ...sent[name] } };
  return {
    ...settings,
    ...sent,
    ...consumer("AmazonManagedKafkaEventSourceConfig"),
    ...consumer("SelfManagedKafkaEventSourceConfig"),
    BatchSize: sent.BatchSize ?? settings.BatchSize,
  };
}

function checkTaken(sent: Sent, { kind }: MappingSource): void {
  const { takes } = sourceRules[kind];
  const names = Object.keys(sent) as SettingName[];
  const odd = names.find((name) => sent[name] !== undefined && !common.has(name) && !takes.has(name));
  if (odd !== undefined) throw unsupportedMember(odd);
}

function checkStartingPosition({ StartingPosition, StartingPositionTimestamp }: CreateInput, at: MappingSource, nowMs: number): void {
  if (StartingPosition === undefined) return;
  if (!sourceRules[at.kind].startingPositions.includes(StartingPosition)) throw unsupportedStartingPosition(at.source);
  if (StartingPosition !== "AT_TIMESTAMP" && StartingPositionTimestamp !== undefined) throw startingTimeWithoutPosition();
  if (StartingPosition === "AT_TIMESTAMP" && StartingPositionTimestamp === undefined) throw nullMember("startingPositionTimestamp");
  if (StartingPositionTimestamp !== undefined && StartingPositionTimestamp.getTime() > nowMs) throw startingTimeInFuture();
}

/** An empty list takes all filters away. A pattern is checked by the grammar; its operators are those of EventBridge. */
function filtersOf(filters: readonly { readonly Pattern?: string | undefined }[] | undefined, kind: EventSourceKind): MappingSettings["FilterCriteria"] {
  if (filters === undefined || filters.length === 0) return undefined;
  if (filters.length > limits.mappingFilters) throw tooManyFilters(limits.mappingFilters);
  for (const { Pattern } of filters) {
    // Without a pattern a filter lets everything pass; Terraform sends one for each empty block.
    if (Pattern !== undefined && Pattern !== "") checkFilterPattern(Pattern, kind);
  }
  return { Filters: filters };
}

function checkFilterPattern(pattern: string, kind: EventSourceKind): void {
  try {
    readEventPattern(pattern, { numbers: "by-text" });
    const data = kind === "kinesis" ? "data" : kind === "dynamodb" ? "dynamodb" : undefined;
    // Records of streams are JSON or pass no filter of their data: one that asks for a text is a mistake.
    if (data !== undefined && readPatternJson(pattern).members.get(data)?.kind === "array") throw invalidFilterPattern();
  } catch (error) {
    throw error instanceof InvalidPattern ? invalidFilterPattern() : error;
  }
}

/** `{}` goes back to pollers on demand. */
function pollersOf(given: NonNullable<CreateInput["ProvisionedPollerConfig"]>, kind: EventSourceKind): MappingSettings["ProvisionedPollerConfig"] {
  const { MinimumPollers, MaximumPollers, PollerGroupName } = given;
  if (MinimumPollers === undefined && MaximumPollers === undefined && PollerGroupName === undefined) return undefined;
  const { minimum = 0, maximum = 0 } = sourceRules[kind].provisionedPollers ?? {};
  const lowest = MinimumPollers ?? Math.min(minimum, MaximumPollers ?? minimum);
  const highest = MaximumPollers ?? Math.max(maximum, lowest);
  if (lowest < minimum) throw constraintViolated(`${lowest}`, "provisionedPollerConfig.minimumPollers", `Member must have value greater than or equal to ${minimum}`);
  if (lowest > highest) throw pollersOutOfOrder();
  return { MinimumPollers: lowest, MaximumPollers: highest, PollerGroupName };
}

function destinationOf({ OnSuccess, OnFailure }: NonNullable<CreateInput["DestinationConfig"]>, kind: EventSourceKind): MappingSettings["DestinationConfig"] {
  const { destinations, takes } = sourceRules[kind];
  const Destination = OnFailure?.Destination === "" ? undefined : OnFailure?.Destination;
  // A mapping waits for its function: nothing of a success goes anywhere.
  if (OnSuccess?.Destination !== undefined && OnSuccess.Destination !== "") throw unsupportedMember("DestinationConfig");
  if (Destination === undefined) return takes.has("DestinationConfig") ? { OnFailure: {} } : undefined;
  if (takes.has("DestinationConfig") && !destinations.some((pattern) => pattern.test(Destination)))
    throw invalidMappingDestination(Destination);
  return { OnFailure: { Destination } };
}

/** Rules between settings, and between settings and source. */
function checkTogether(settings: MappingSettings, { kind, source }: MappingSource): void {
  const { BatchSize, MaximumBatchingWindowInSeconds = 0, ProvisionedPollerConfig, ScalingConfig } = settings;
  if (kind === "sqs") {
    const most = limits.fifoBatch;
    if (isFifo(source) && BatchSize > most) throw constraintViolated(`${BatchSize}`, "batchSize", `Member must have value less than or equal to ${most}`);
    if (isFifo(source) && MaximumBatchingWindowInSeconds > 0) throw unsupportedMember("MaximumBatchingWindowInSeconds");
    if (BatchSize > 10 && MaximumBatchingWindowInSeconds === 0) throw windowTooShort();
    if (ScalingConfig !== undefined && ProvisionedPollerConfig !== undefined) throw scalingExclusive();
  }
  if ((kind === "msk" || kind === "kafka") && ProvisionedPollerConfig === undefined) {
    const consumer = settings.AmazonManagedKafkaEventSourceConfig ?? settings.SelfManagedKafkaEventSourceConfig;
    if (consumer?.SchemaRegistryConfig !== undefined) throw provisionedModeOnly("SchemaRegistryConfig");
    const odd = provisionedOnly.find((name) => settings[name] !== undefined);
    if (odd !== undefined) throw provisionedModeOnly(odd);
  }
  if ((settings.TumblingWindowInSeconds ?? 0) > 0 && (settings.ParallelizationFactor ?? 1) > 1) throw oneProcessorPerShardOnly();
  // 0 to 59 are between the two ranges that AWS knows: -1, and 60 to 604,800.
  const age = settings.MaximumRecordAgeInSeconds ?? -1;
  if (age >= 0 && age < limits.leastRecordAgeSeconds)
    throw constraintViolated(`${age}`, "maximumRecordAgeInSeconds", `Member must have value greater than or equal to ${limits.leastRecordAgeSeconds}`);
}

const provisionedOnly = ["MaximumRetryAttempts", "MaximumRecordAgeInSeconds", "BisectBatchOnFunctionError", "FunctionResponseTypes"] as const;
