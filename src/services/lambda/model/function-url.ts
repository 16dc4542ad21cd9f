// The configuration of a function URL as callers see it.
import type { Cors, FunctionUrlConfig } from "@aws-sdk/client-lambda";
import { formatFunctionArn, type FunctionArn } from "../../../core/arn.ts";
import type { CallContext } from "../../../core/context.ts";
import { locateFunction, type AddressInput, type Scope } from "../../../functions/address.ts";
import type { Stored } from "../../../functions/collection.ts";
import { qualifiedKey } from "../../../functions/documents.ts";
import { latestVersion, type FunctionId } from "../../../functions/function-version.ts";
import {
  formatFunctionUrl,
  functionUrls,
  type FunctionUrlCors,
  type FunctionUrlRecord,
} from "../../../functions/function-url.ts";
import { findOwner } from "../../../functions/lookup.ts";
import type { FunctionRecord } from "../../../functions/records.ts";
import type { FunctionRepository } from "../../../functions/repository.ts";
import type { LambdaInput } from "../api.ts";
import { urlConfigMissing, urlFunctionMissing } from "../faults/function-url.ts";

/** A function (its `$LATEST`) or an alias. */
export interface UrlTarget {
  readonly id: FunctionId;
  readonly qualifier: string;
  readonly key: string;
}

export function locateUrlTarget(input: AddressInput, scope: Scope): UrlTarget {
  const { id, qualifier = latestVersion } = locateFunction(input, scope, "strict");
  return { id, qualifier, key: qualifiedKey(id.name, qualifier) };
}

/** The function whose document is written along. Fault: 404 when the function or the alias is not there. */
export async function requireUrlOwner(
  { id, qualifier }: UrlTarget,
  repository: FunctionRepository,
): Promise<Stored<FunctionRecord>> {
  const owner = await findOwner(repository, id, qualifier);
  if (owner === undefined) throw urlFunctionMissing();
  return owner;
}

/** Fault: 404, also when there is no such function. */
export async function requireUrl({ id, key }: UrlTarget, repository: FunctionRepository): Promise<Stored<FunctionUrlRecord>> {
  const stored = await repository.get(id, functionUrls, key);
  if (stored === undefined) throw urlConfigMissing();
  return stored;
}

/** `$LATEST` is not spelt out. */
export const urlFunctionArn = ({ id, qualifier }: Pick<UrlTarget, "id" | "qualifier">): FunctionArn =>
  formatFunctionArn(id, qualifier === latestVersion ? undefined : qualifier);

/** Members as sent; undefined when there are none, which is how clients take CORS away. */
export const readCors = (cors: LambdaInput<"CreateFunctionUrlConfig">["Cors"]): FunctionUrlCors | undefined =>
  cors === undefined || Object.values(cors).every((member) => member === undefined) ? undefined : cors;

export const functionUrlOutput = (
  id: FunctionId,
  url: FunctionUrlRecord,
  { endpoint }: Pick<CallContext, "endpoint">,
): FunctionUrlConfig => ({
  FunctionUrl: formatFunctionUrl(url.urlId, id.region, endpoint),
  FunctionArn: urlFunctionArn({ id, qualifier: url.qualifier }),
  CreationTime: new Date(url.createdMs).toISOString(),
  LastModifiedTime: new Date(url.lastModifiedMs).toISOString(),
  Cors: corsOutput(url.cors),
  AuthType: url.authType,
  InvokeMode: url.invokeMode ?? "BUFFERED",
});

function corsOutput(cors: FunctionUrlCors | undefined): Cors | undefined {
  if (cors === undefined) return undefined;
  const { AllowCredentials, AllowHeaders, AllowMethods, AllowOrigins, ExposeHeaders, MaxAge } = cors;
  return {
    AllowCredentials,
    AllowHeaders: AllowHeaders?.slice(),
    AllowMethods: AllowMethods?.slice(),
    AllowOrigins: AllowOrigins?.slice(),
    ExposeHeaders: ExposeHeaders?.slice(),
    MaxAge,
  };
}
