// Event source mappings as records: which source a function reads, how, and what becomes of a change that was asked
// for. A mapping belongs to no function: it outlives the one that it names.
import { commitChangeOf } from "../store/change.ts";
import { formatLambdaArn } from "../core/arn.ts";
import type { Scope } from "../core/context.ts";
import { Collection, type Stored } from "../store/collection.ts";
import { putTags } from "./documents.ts";
import type { FunctionRepository } from "./repository.ts";
import type { Page } from "../store/records.ts";

export type EventSourceKind = "sqs" | "kinesis" | "dynamodb" | "msk" | "kafka" | "mq" | "documentdb";

/** Transitional ones are settled by the reconciler of pollers: `enabled` says in which way. */
export type MappingState = "creating" | "enabled" | "enabling" | "disabled" | "disabling" | "updating" | "deleting";

/** Settings under AWS's names, as the API gives them back and pollers read them; absent: not of this source, or unset. */
export interface MappingSettings {
  readonly BatchSize: number;
  /** Absent: 500 ms, AWS's default where no number of seconds says it. */
  readonly MaximumBatchingWindowInSeconds?: number | undefined;
  readonly ParallelizationFactor?: number | undefined;
  readonly StartingPosition?: string | undefined;
  /** Unix epoch milliseconds. */
  readonly StartingPositionTimestamp?: number | undefined;
  readonly FilterCriteria?: { readonly Filters: readonly { readonly Pattern?: string | undefined }[] } | undefined;
  readonly MetricsConfig?: object | undefined;
  readonly LoggingConfig?: object | undefined;
  readonly ScalingConfig?: { readonly MaximumConcurrency?: number | undefined } | undefined;
  readonly DestinationConfig?: { readonly OnFailure: { readonly Destination?: string | undefined } } | undefined;
  readonly Topics?: readonly string[] | undefined;
  readonly Queues?: readonly string[] | undefined;
  readonly SourceAccessConfigurations?: readonly object[] | undefined;
  readonly SelfManagedEventSource?: object | undefined;
  /** -1: no limit. */
  readonly MaximumRecordAgeInSeconds?: number | undefined;
  readonly BisectBatchOnFunctionError?: boolean | undefined;
  /** -1: no limit. */
  readonly MaximumRetryAttempts?: number | undefined;
  readonly TumblingWindowInSeconds?: number | undefined;
  readonly FunctionResponseTypes?: readonly string[] | undefined;
  readonly AmazonManagedKafkaEventSourceConfig?: KafkaConsumer | undefined;
  readonly SelfManagedKafkaEventSourceConfig?: KafkaConsumer | undefined;
  readonly DocumentDBEventSourceConfig?: object | undefined;
  readonly ProvisionedPollerConfig?: ProvisionedPollers | undefined;
}

interface ProvisionedPollers {
  readonly MinimumPollers: number;
  readonly MaximumPollers: number;
  readonly PollerGroupName: string | undefined;
}

export interface KafkaConsumer {
  readonly ConsumerGroupId: string;
  readonly SchemaRegistryConfig?: object | undefined;
}

/** Document `event-source-mappings/UUID`. */
export interface EventSourceMappingRecord {
  readonly uuid: string;
  readonly functionName: string;
  /** As it was addressed: a version, an alias, `$LATEST`, or undefined. */
  readonly qualifier: string | undefined;
  readonly kind: EventSourceKind;
  /** ARN, or the bootstrap servers of a self-managed cluster, in order and joined by commas. */
  readonly source: string;
  readonly settings: MappingSettings;
  readonly state: MappingState;
  /** What it is when no change is running. */
  readonly enabled: boolean;
  /** Unix epoch milliseconds. */
  readonly lastModifiedMs: number;
}

const byFunction = "by-function";
const bySource = "by-source";
const restingStates: ReadonlySet<MappingState> = new Set(["enabled", "disabled"]);
export const isChanging = ({ state }: EventSourceMappingRecord): boolean => !restingStates.has(state);

export const eventSourceMappings = new Collection<EventSourceMappingRecord>("event-source-mappings", (record, uuid) => ({
  [byFunction]: `${record.functionName}:${uuid}`,
  [bySource]: `${record.source} ${uuid}`,
}));

/** As ARNs and keys of tags spell it. */
export const mappingKind = "event-source-mapping";
export const mappingArn = (scope: Scope, uuid: string): string => formatLambdaArn(scope, mappingKind, uuid);

export interface MappingFilter {
  readonly functionName?: string | undefined;
  readonly source?: string | undefined;
}

/** In order of UUIDs; `after` is one. */
export function listMappings(
  repository: FunctionRepository,
  scope: Scope,
  { functionName, source }: MappingFilter,
  { after, limit }: Page = {},
): Promise<readonly Stored<EventSourceMappingRecord>[]> {
  const prefix = functionName !== undefined ? `${functionName}:` : source !== undefined ? `${source} ` : "";
  const index = functionName !== undefined ? byFunction : bySource;
  return repository.scan(scope, eventSourceMappings, {
    ...(prefix === "" ? {} : { index, prefix }),
    ...(after === undefined ? {} : { after: `${prefix}${after}` }),
    ...(limit === undefined ? {} : { limit }),
  });
}

export interface MappingId {
  readonly scope: Scope;
  readonly uuid: string;
}

/** Mappings of every account and region: what a restart finds. */
export async function allMappings(repository: FunctionRepository): Promise<readonly { readonly scope: Scope; readonly record: EventSourceMappingRecord }[]> {
  const scopes = await repository.scopes();
  const found = await Promise.all(
    scopes.map(async (scope) => (await repository.scan(scope, eventSourceMappings)).map(({ record }) => ({ scope, record }))),
  );
  return found.flat();
}

/** Ends a change, whatever it was: the mapping is as it was asked to be, or gone with its tags. */
export const settleMapping = (repository: FunctionRepository, { scope, uuid }: MappingId): Promise<void> =>
  commitChangeOf(repository, scope, mappingArn(scope, uuid), async () => {
    const stored = await repository.get(scope, eventSourceMappings, uuid);
    if (stored === undefined || !isChanging(stored.record)) return { operations: [], result: undefined };
    const { record, revision } = stored;
    if (record.state === "deleting")
      return { operations: [eventSourceMappings.delete(uuid, revision), putTags(`${mappingKind}:${uuid}`, {})], result: undefined };
    const state = record.enabled ? "enabled" : "disabled";
    return { operations: [eventSourceMappings.put(uuid, { ...record, state }, revision)], result: undefined };
  });
