// The configuration of asynchronous invokes as callers see it, and what a destination may be.
import type { FunctionEventInvokeConfig } from "@aws-sdk/client-lambda";
import { formatFunctionArn, parseLambdaArn } from "../../../core/arn.ts";
import type { AddressInput } from "../../../functions/address.ts";
import type { Scope } from "../../../core/context.ts";
import type { Stored } from "../../../store/collection.ts";
import {
  eventInvokeConfigs,
  type EventDestinations,
  type EventInvokeConfigRecord,
} from "../../../functions/event-invoke-config.ts";
import { latestVersion, type FunctionId } from "../../../functions/function-version.ts";
import { findOwner } from "../../../functions/lookup.ts";
import type { FunctionRecord } from "../../../functions/records.ts";
import type { FunctionRepository } from "../../../functions/repository.ts";
import type { LambdaInput } from "../api.ts";
import * as faults from "../faults/event-invoke-config.ts";
import { settingNotApplied } from "../faults/settings.ts";
import { locateQualified, requireOwner, type QualifiedTarget } from "./target.ts";

export type EventInvokeSettings = Pick<
  LambdaInput<"PutFunctionEventInvokeConfig">,
  "MaximumRetryAttempts" | "MaximumEventAgeInSeconds" | "DestinationConfig"
>;

export const locateEventInvokeTarget = (input: AddressInput, scope: Scope): QualifiedTarget => locateQualified(input, scope, "namespaced");

export function requireAnySetting(input: EventInvokeSettings): void {
  const { MaximumRetryAttempts, MaximumEventAgeInSeconds, DestinationConfig } = input;
  if ([MaximumRetryAttempts, MaximumEventAgeInSeconds, DestinationConfig].every((setting) => setting === undefined))
    throw faults.noEventInvokeSetting();
}

/** Fault: 404 when function, version or alias is not there. */
export const requireEventInvokeOwner = (target: QualifiedTarget, repository: FunctionRepository): Promise<Stored<FunctionRecord>> =>
  requireOwner(target, repository, faults.eventInvokeFunctionMissing);

/** Fault: 404, also when there is no such function. */
export async function requireEventInvokeConfig(
  { id, qualifier, key }: QualifiedTarget,
  repository: FunctionRepository,
): Promise<Stored<EventInvokeConfigRecord>> {
  const stored = await repository.get(id, eventInvokeConfigs, key);
  if (stored === undefined) throw faults.eventInvokeConfigMissing(formatFunctionArn(id, qualifier));
  return stored;
}

export const eventInvokeConfigOutput = (id: FunctionId, config: EventInvokeConfigRecord): FunctionEventInvokeConfig => ({
  LastModified: new Date(config.lastModifiedMs),
  FunctionArn: formatFunctionArn(id, config.qualifier),
  MaximumRetryAttempts: config.maximumRetryAttempts,
  MaximumEventAgeInSeconds: config.maximumEventAgeSeconds,
  DestinationConfig: {
    OnSuccess: destinationOutput(config.destinations.onSuccess),
    OnFailure: destinationOutput(config.destinations.onFailure),
  },
});

/** Callers always see both, one that is not set as an empty object. */
const destinationOutput = (arn: string | undefined): { Destination?: string } =>
  arn === undefined ? {} : { Destination: arn };

const ofEitherOutcome: readonly string[] = ["sqs", "sns", "events", "lambda"];
/** https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html */
const servicesOf = { onSuccess: ofEitherOutcome, onFailure: [...ofEitherOutcome, "s3"] } as const;

/** Faults: a service that takes no records, a function that is not there, the function itself. */
export async function readDestinations(
  config: NonNullable<EventInvokeSettings["DestinationConfig"]>,
  id: FunctionId,
  repository: FunctionRepository,
): Promise<EventDestinations> {
  // Clients send an empty text for none.
  const onSuccess = config.OnSuccess?.Destination || undefined;
  const onFailure = config.OnFailure?.Destination || undefined;
  if (!isTaken(onSuccess, servicesOf.onSuccess) || !isTaken(onFailure, servicesOf.onFailure))
    throw faults.destinationNotSupported(onSuccess, onFailure);
  if (onFailure !== undefined && serviceOf(onFailure) === "s3")
    throw settingNotApplied("DestinationConfig.OnFailure with a bucket", "records are not written to S3; use a queue, a topic, an event bus or a function.");
  for (const arn of [onFailure, onSuccess])
    if (arn !== undefined && serviceOf(arn) === "lambda") await requireDestinationFunction(arn, id, repository);
  return { onSuccess, onFailure };
}

const isTaken = (arn: string | undefined, services: readonly string[]): boolean =>
  arn === undefined || services.includes(serviceOf(arn));

/** Third part of an ARN; empty for what is none (`kafka://` is for event source mappings). */
const serviceOf = (arn: string): string => (arn.startsWith("arn:") ? (arn.split(":", 3)[2] ?? "") : "");

async function requireDestinationFunction(arn: string, id: FunctionId, repository: FunctionRepository): Promise<void> {
  const parsed = parseLambdaArn(arn);
  if (parsed?.kind !== "function") throw faults.destinationMissing(arn);
  const { account, region } = parsed;
  const [name = "", qualifier = latestVersion] = parsed.resource.split(":");
  const destination: FunctionId = { account, region, name };
  if ((await findOwner(repository, destination, qualifier)) === undefined) throw faults.destinationMissing(arn);
  if (formatFunctionArn(destination) === formatFunctionArn(id)) throw faults.destinationIsItself();
}
