// Event source mappings as callers see them, and what Create, Update and Delete have in common.
import type { EventSourceMappingConfiguration } from "@aws-sdk/client-lambda";
import { formatFunctionArn } from "../../../core/arn.ts";
import type { CallContext, Scope } from "../../../core/context.ts";
import { Fault } from "../../../core/faults.ts";
import { locateFunction, type FunctionTarget } from "../../../functions/address.ts";
import type { Stored } from "../../../store/collection.ts";
import { putFunction } from "../../../functions/documents.ts";
import {
  eventSourceMappings,
  type EventSourceMappingRecord,
  isChanging,
  listMappings,
  mappingArn,
  type MappingState,
} from "../../../functions/event-source-mappings.ts";
import { requireFunction, requireQualified } from "../../../functions/lookup.ts";
import type { FunctionRepository } from "../../../functions/repository.ts";
import type { StoreOperation } from "../../../store/operation.ts";
import {
  functionTimeoutTooLong,
  kafkaMappingExists,
  mappedFunctionMissing,
  mappingInUse,
  mappingNotFound,
  queueMappingExists,
  queueMissing,
  sourceNotPolled,
  streamMappingExists,
  streamMissing,
  visibilityTooShort,
} from "../faults/event-source-mappings.ts";
import type { LambdaParts } from "../parts.ts";
import { sourceRules } from "./event-source.ts";

const shownStates: Readonly<Record<MappingState, string>> = {
  creating: "Creating",
  enabled: "Enabled",
  enabling: "Enabling",
  disabled: "Disabled",
  disabling: "Disabling",
  updating: "Updating",
  deleting: "Deleting",
};

export function mappingOutput(scope: Scope, record: EventSourceMappingRecord, { polling }: Pick<LambdaParts, "polling">): EventSourceMappingConfiguration {
  const { uuid, kind, source, settings } = record;
  const lastResult = polling.lastResult(uuid) ?? (sourceRules[kind].showsResult ? "No records processed" : undefined);
  const { StartingPositionTimestamp, ...shown } = settings;
  const rules = sourceRules[kind];
  return {
    UUID: uuid,
    EventSourceMappingArn: mappingArn(scope, uuid),
    FunctionArn: mappedFunctionArn(scope, record),
    LastModified: new Date(record.lastModifiedMs),
    State: shownStates[record.state],
    StateTransitionReason: rules.changedBy,
    ...(kind === "kafka" ? {} : { EventSourceArn: source }),
    ...(lastResult === undefined ? {} : { LastProcessingResult: lastResult }),
    ...(StartingPositionTimestamp === undefined ? {} : { StartingPositionTimestamp: new Date(StartingPositionTimestamp) }),
    // Settings are kept under AWS's names as they were decoded from the same types.
    ...(shown as EventSourceMappingConfiguration),
  };
}

/** In the form in which the function was addressed. */
const mappedFunctionArn = (scope: Scope, { functionName, qualifier }: Pick<EventSourceMappingRecord, "functionName" | "qualifier">): string =>
  formatFunctionArn({ account: scope.account, region: scope.region, name: functionName }, qualifier);

export const locateMapped = (functionName: string, scope: Scope): FunctionTarget =>
  locateFunction({ FunctionName: functionName }, scope, "namespaced");

/** Fault: 404, also when `uuid` is none. */
export async function requireMapping(repository: FunctionRepository, scope: Scope, uuid: string): Promise<Stored<EventSourceMappingRecord>> {
  const stored = await repository.get(scope, eventSourceMappings, uuid);
  if (stored === undefined) throw mappingNotFound();
  return stored;
}

/** Faults: 404; 400 while a change is running. */
export async function requireIdleMapping(
  repository: FunctionRepository,
  scope: Scope,
  { uuid, verb }: { readonly uuid: string; readonly verb: "update" | "delete" },
): Promise<Stored<EventSourceMappingRecord>> {
  const stored = await requireMapping(repository, scope, uuid);
  if (isChanging(stored.record)) throw mappingInUse(verb);
  return stored;
}

/**
 * The function is there, and no other mapping does the same. What it returns must be written along: the function's
 * document orders all mappings that are made for it, so that of two equal ones the second is refused.
 */
export async function requireMappable(
  { id, qualifier }: FunctionTarget,
  mapping: EventSourceMappingRecord,
  { functions }: Pick<LambdaParts, "functions">,
): Promise<readonly StoreOperation[]> {
  const seconds = await timeoutOf({ id, qualifier }, functions);
  const longest = sourceRules[mapping.kind].functionTimeoutSeconds;
  if (longest !== undefined && seconds > longest) throw functionTimeoutTooLong(longest);
  const others = await listMappings(functions, id, { functionName: id.name });
  const topics = mapping.settings.Topics ?? [];
  const same = others.find(
    ({ record }) =>
      record.uuid !== mapping.uuid &&
      record.qualifier === qualifier &&
      record.source === mapping.source &&
      (record.settings.Topics ?? []).join() === topics.join(),
  );
  if (same !== undefined) throw mappingExists(id, same.record);
  const { record, revision } = await requireFunction(functions, id);
  return [putFunction(record, revision)];
}

function mappingExists(scope: Scope, { uuid, kind, source, functionName, qualifier, settings }: EventSourceMappingRecord): Fault {
  const functionArn = mappedFunctionArn(scope, { functionName, qualifier });
  const duplicate = { uuid, source, functionName, functionArn, topics: settings.Topics ?? [] };
  if (kind === "sqs") return queueMappingExists(duplicate);
  return kind === "kafka" || kind === "msk" ? kafkaMappingExists(duplicate) : streamMappingExists(duplicate);
}

/** Seconds. Fault: no such function, version or alias. */
async function timeoutOf({ id, qualifier }: FunctionTarget, functions: FunctionRepository): Promise<number> {
  try {
    return (await requireQualified(functions, id, qualifier)).record.configuration.timeoutSeconds;
  } catch (error) {
    throw error instanceof Fault && error.status === 404 ? mappedFunctionMissing() : error;
  }
}

/** Fault: it is to be enabled, and nothing here reads its source. */
export function requirePolled({ kind, enabled }: EventSourceMappingRecord, { polling }: Pick<LambdaParts, "polling">): void {
  if (enabled && !polling.kinds.has(kind)) throw sourceNotPolled(sourceRules[kind].name);
}

/**
 * The source is there, as far as its service can be asked; of one that nobody serves a mapping that stays disabled is
 * kept unseen. Faults: missing, or a queue whose messages come back while the function is still at them.
 */
export async function requireSource(
  mapping: EventSourceMappingRecord,
  target: FunctionTarget,
  { parts, context }: { readonly parts: Pick<LambdaParts, "cloud" | "functions">; readonly context: CallContext },
): Promise<void> {
  try {
    if (mapping.kind === "sqs") await requireQueue(mapping.source, target, { parts, context });
    if (mapping.kind === "kinesis") await parts.cloud.call("kinesis", "DescribeStreamSummary", { StreamARN: streamArn(mapping.source) }, context);
    if (mapping.kind === "dynamodb") await parts.cloud.call("dynamodbstreams", "DescribeStream", { StreamArn: mapping.source, Limit: 1 }, context);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    if (error.status === 501 && !mapping.enabled) return;
    if (/NonExistentQueue|QueueDoesNotExist/.test(error.code)) throw queueMissing();
    throw error.code === "ResourceNotFoundException" ? streamMissing(mapping.source) : error;
  }
}

/** A consumer's ARN begins with that of its stream. */
const streamArn = (arn: string): string => arn.replace(/\/consumer\/.*$/, "");

async function requireQueue(
  arn: string,
  target: FunctionTarget,
  { parts, context }: { readonly parts: Pick<LambdaParts, "cloud" | "functions">; readonly context: CallContext },
): Promise<void> {
  const [account = "", name = ""] = arn.split(":").slice(4);
  const { QueueUrl } = (await parts.cloud.call("sqs", "GetQueueUrl", { QueueName: name, QueueOwnerAWSAccountId: account }, context)) as { QueueUrl?: string };
  const attributes = await parts.cloud.call("sqs", "GetQueueAttributes", { QueueUrl, AttributeNames: ["VisibilityTimeout"] }, context);
  const { Attributes } = attributes as { Attributes?: Record<string, string> };
  const visibilitySeconds = Number(Attributes?.["VisibilityTimeout"] ?? Number.POSITIVE_INFINITY);
  const timeoutSeconds = await timeoutOf(target, parts.functions);
  if (visibilitySeconds < timeoutSeconds) throw visibilityTooShort(visibilitySeconds, timeoutSeconds);
}
