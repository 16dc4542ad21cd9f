// The configuration of a function URL as callers see it.
import type { Cors, FunctionUrlConfig } from "@aws-sdk/client-lambda";
import { formatFunctionArn, type FunctionArn } from "../../../core/arn.ts";
import type { CallContext, Scope } from "../../../core/context.ts";
import type { AddressInput } from "../../../functions/address.ts";
import type { Stored } from "../../../store/collection.ts";
import { latestVersion, type FunctionId } from "../../../functions/function-version.ts";
import {
  formatFunctionUrl,
  functionUrls,
  type FunctionUrlCors,
  type FunctionUrlRecord,
} from "../../../functions/function-url.ts";
import type { FunctionRecord } from "../../../functions/records.ts";
import type { FunctionRepository } from "../../../functions/repository.ts";
import type { LambdaInput } from "../api.ts";
import { urlConfigMissing, urlFunctionMissing } from "../faults/function-url.ts";
import { locateQualified, requireOwner, type QualifiedTarget } from "./target.ts";

export const locateUrlTarget = (input: AddressInput, scope: Scope): QualifiedTarget => locateQualified(input, scope, "strict");

/** Fault: 404 when the function or the alias is not there. */
export const requireUrlOwner = (target: QualifiedTarget, repository: FunctionRepository): Promise<Stored<FunctionRecord>> =>
  requireOwner(target, repository, urlFunctionMissing);

/** Fault: 404, also when there is no such function. */
export async function requireUrl({ id, key }: QualifiedTarget, repository: FunctionRepository): Promise<Stored<FunctionUrlRecord>> {
  const stored = await repository.get(id, functionUrls, key);
  if (stored === undefined) throw urlConfigMissing();
  return stored;
}

/** `$LATEST` is not spelt out. */
export const urlFunctionArn = ({ id, qualifier }: Pick<QualifiedTarget, "id" | "qualifier">): FunctionArn =>
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
