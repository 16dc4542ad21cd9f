// Names of Lambda functions as callers write them, and ARNs as we print them. Parsing and printing only: whether an
// account or region is the caller's own is decided in functions/address.ts.
import { isAccountId, isRegion, type AccountId, type Region } from "./context.ts";

declare const functionArnBrand: unique symbol;
/** `arn:aws:lambda:REGION:ACCOUNT:function:NAME`, perhaps with `:QUALIFIER`. */
export type FunctionArn = string & { readonly [functionArnBrand]: true };

/** What identifies a function or a layer; FunctionId and LayerId of functions/ are such. */
interface FunctionIdentity {
  readonly account: AccountId;
  readonly region: Region;
  readonly name: string;
}

/** The parts that a FunctionName spells out; what it leaves out is the caller's own. */
export interface FunctionAddress {
  readonly region: Region | undefined;
  readonly account: AccountId | undefined;
  readonly name: string;
  readonly qualifier: string | undefined;
}

/**
 * `strict`: create, update, publish and aliases. `namespaced`: get, delete and invoke, which also take dots and the
 * qualifier `$LATEST.PUBLISHED`. Length limits (140 and 256) are the validator's.
 */
export type FunctionNamePattern = "strict" | "namespaced";

const prefix =
  "^(?:arn:(?:aws[a-zA-Z-]*)?:lambda:)?" +
  "(?:(?<region>(?:eusc-)?[a-z]{2}(?:-gov|-iso[a-z]?)?-[a-z]+-\\d):)?" +
  "(?:(?<account>\\d{12}):)?(?:function:)?";

// The patterns of the service model. Every group is tried greedily, hence two readings that surprise: an ARN that
// stops after `:function` names a function called `function`, and `function:f` names `f`.
const functionNamePatterns: Readonly<Record<FunctionNamePattern, RegExp>> = {
  strict: new RegExp(`${prefix}(?<name>[\\w-]+)(?::(?<qualifier>\\$LATEST|[\\w-]+))?$`),
  namespaced: new RegExp(`${prefix}(?<name>[\\w.-]+)(?::(?<qualifier>\\$LATEST(?:\\.PUBLISHED)?|[\\w-]+))?$`),
};

/** The same patterns for a name by itself, as most callers give it. */
const plainNamePatterns: Readonly<Record<FunctionNamePattern, RegExp>> = { strict: /^[\w-]+$/, namespaced: /^[\w.-]+$/ };

/** Undefined when `text` is no form of a function name. */
export function parseFunctionName(text: string, pattern: FunctionNamePattern): FunctionAddress | undefined {
  if (plainNamePatterns[pattern].test(text)) return { region: undefined, account: undefined, name: text, qualifier: undefined };
  const parts = functionNamePatterns[pattern].exec(text)?.groups;
  const name = parts?.["name"];
  if (parts === undefined || name === undefined) return undefined;
  const { region, account, qualifier } = parts;
  return {
    region: region !== undefined && isRegion(region) ? region : undefined,
    account: account !== undefined && isAccountId(account) ? account : undefined,
    name,
    qualifier,
  };
}

export const formatFunctionArn = (id: FunctionIdentity, qualifier?: string): FunctionArn =>
  `arn:${partitionOf(id.region)}:lambda:${id.region}:${id.account}:function:${id.name}${
    qualifier === undefined ? "" : `:${qualifier}`
  }` as FunctionArn;

/** `arn:aws:lambda:REGION:ACCOUNT:layer:NAME`, with a version the ARN of that one. */
export const formatLayerArn = (id: FunctionIdentity, version?: number): string =>
  `arn:${partitionOf(id.region)}:lambda:${id.region}:${id.account}:layer:${id.name}${version === undefined ? "" : `:${version}`}`;

/** Of any other resource of Lambda: `arn:aws:lambda:REGION:ACCOUNT:KIND:RESOURCE`. */
export const formatLambdaArn = ({ account, region }: Pick<FunctionIdentity, "account" | "region">, kind: string, resource: string): string =>
  `arn:${partitionOf(region)}:lambda:${region}:${account}:${kind}:${resource}`;

/** A version of a signing profile, as AWS Signer names it: `arn:aws:signer:REGION:ACCOUNT:/signing-profiles/NAME/VERSION`. */
export const formatSigningProfileVersionArn = ({ account, region, name }: FunctionIdentity, version: string): string =>
  `arn:${partitionOf(region)}:signer:${region}:${account}:/signing-profiles/${name}/${version}`;

/** `arn:aws:signer:REGION:ACCOUNT:/signing-jobs/ID` */
export const formatSigningJobArn = ({ account, region }: Pick<FunctionIdentity, "account" | "region">, id: string): string =>
  `arn:${partitionOf(region)}:signer:${region}:${account}:/signing-jobs/${id}`;

/** `arn:aws:lambda:REGION::runtime:HASH`: the version of a runtime, which belongs to no account. */
export const formatRuntimeVersionArn = (region: Region, hash: string): string =>
  `arn:${partitionOf(region)}:lambda:${region}::runtime:${hash}`;

/** A resource of Lambda by its full ARN, cut in parts. */
export interface LambdaArn {
  readonly region: Region;
  readonly account: AccountId;
  /** `function`, `event-source-mapping`, `code-signing-config`, `capacity-provider`, `layer`, … */
  readonly kind: string;
  /** What follows the kind: name and perhaps qualifier or version. */
  readonly resource: string;
}

/** Undefined when `text` is not the full ARN of a Lambda resource. */
export function parseLambdaArn(text: string): LambdaArn | undefined {
  const [scheme, partition, service, region, account, kind, ...rest] = text.split(":");
  if (scheme !== "arn" || partition?.startsWith("aws") !== true || service !== "lambda") return undefined;
  if (region === undefined || !isRegion(region) || account === undefined || !isAccountId(account)) return undefined;
  if (kind === undefined || kind === "" || rest.length === 0 || rest[0] === "") return undefined;
  return { region, account, kind, resource: rest.join(":") };
}

/** Any ARN, cut in parts. */
export interface Arn {
  /** `aws`, `aws-cn`, … */
  readonly partition: string;
  readonly service: string;
  /** Empty, as the account, where the resource belongs to none. */
  readonly region: string;
  readonly account: string;
  /** All that follows the account. */
  readonly resource: string;
}

/** Undefined when `text` is no ARN. */
export function parseArn(text: string): Arn | undefined {
  const [scheme, partition = "", service = "", region = "", account = "", ...rest] = text.split(":");
  const resource = rest.join(":");
  if (scheme !== "arn" || partition === "" || service === "" || resource === "") return undefined;
  return { partition, service, region, account, resource };
}

/** https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html */
const partitions: readonly (readonly [regionPrefix: string, partition: string])[] = [
  ["cn-", "aws-cn"],
  ["us-gov-", "aws-us-gov"],
  ["us-isob-", "aws-iso-b"],
  ["us-isof-", "aws-iso-f"],
  ["eu-isoe-", "aws-iso-e"],
  ["us-iso-", "aws-iso"],
  ["eusc-", "aws-eusc"],
];

export const partitionOf = (region: Region): string =>
  partitions.find(([regionPrefix]) => region.startsWith(regionPrefix))?.[1] ?? "aws";
