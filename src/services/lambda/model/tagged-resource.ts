// Which resource a tag operation means. One line a kind in the table.
import { parseLambdaArn } from "../../../core/arn.ts";
import { locateFunction } from "../../../functions/address.ts";
import type { Scope } from "../../../core/context.ts";
import { commitChange } from "../../../functions/change.ts";
import { commitChangeOf, type ChangePlan } from "../../../store/change.ts";
import { capacityProviderKind, capacityProviders } from "../../../functions/capacity-providers.ts";
import { codeSigningConfigs } from "../../../functions/code-signing.ts";
import type { Collection } from "../../../store/collection.ts";
import { functionTagsKey, putFunction } from "../../../functions/documents.ts";
import { eventSourceMappings, mappingKind } from "../../../functions/event-source-mappings.ts";
import { requireTaggable } from "../../../functions/lifecycle.ts";
import { requireFunction } from "../../../functions/lookup.ts";
import type { FunctionRepository } from "../../../functions/repository.ts";
import type { StoreOperation } from "../../../store/operation.ts";
import { codeSigningConfigNotFound } from "../faults/code-signing.ts";
import { tagsOnFunctionsOnly, taggedResourceNotFound } from "../faults/tags.ts";
import { capacityProviderNotFound } from "./capacity-provider.ts";
import { codeSigningConfigKind } from "./code-signing-config.ts";

export interface TaggedResource {
  /** What follows the account in its ARN. */
  readonly tagsKey: string;
  /** Fault: it is not there, or its tags cannot be changed now. Returns what must be written along with its tags. */
  require(purpose: "read" | "change"): Promise<readonly StoreOperation[]>;
  commit<Result>(plan: () => Promise<ChangePlan<Result>>): Promise<Result>;
}

interface Located {
  readonly arn: string;
  /** The caller's own. */
  readonly scope: Scope;
  /** Whether the ARN is of the caller's account and region. */
  readonly isOwn: boolean;
  /** What follows the kind in the ARN. */
  readonly name: string;
  readonly repository: FunctionRepository;
}

export function locateTagged(arn: string, scope: Scope, repository: FunctionRepository): TaggedResource {
  const parsed = parseLambdaArn(arn);
  const { account, region } = scope;
  const isOwn = parsed?.account === account && parsed.region === region;
  const located = { arn, scope: { account, region }, isOwn, name: parsed?.resource ?? "", repository };
  const kind = parsed?.kind ?? "";
  const record = records.get(kind);
  return record === undefined ? taggedFunction(located) : taggedRecord(located, kind, record);
}

interface TaggedKind {
  /** Keyed by what follows the kind in the ARN. Undefined: there never is one. */
  readonly collection: Pick<Collection<object>, "name" | "read" | "put"> | undefined;
  readonly missing: (arn: string) => Error;
}

/** Resources of an account that are no functions, by the kind in their ARNs. */
const records: ReadonlyMap<string, TaggedKind> = new Map<string, TaggedKind>([
  [mappingKind, { collection: eventSourceMappings, missing: (arn) => taggedResourceNotFound("Event source mapping", arn) }],
  [capacityProviderKind, { collection: capacityProviders, missing: capacityProviderNotFound }],
  [codeSigningConfigKind, { collection: codeSigningConfigs, missing: codeSigningConfigNotFound }],
  ["network-connector", { collection: undefined, missing: (arn) => taggedResourceNotFound("Network connector", arn) }],
]);

function taggedFunction({ arn, scope, repository }: Located): TaggedResource {
  const { id, qualifier } = locateFunction({ FunctionName: arn }, scope, "strict");
  if (qualifier !== undefined) throw tagsOnFunctionsOnly();
  return {
    tagsKey: functionTagsKey(id.name),
    async require(purpose) {
      const { record, revision } = await requireFunction(repository, id);
      if (purpose === "change") requireTaggable(record, id);
      return [putFunction(record, revision)];
    },
    commit: (plan) => commitChange(repository, id, plan),
  };
}

const taggedRecord = ({ arn, scope, isOwn, name, repository }: Located, kind: string, { collection, missing }: TaggedKind): TaggedResource => ({
  tagsKey: `${kind}:${name}`,
  async require() {
    const stored = isOwn && collection !== undefined ? await repository.get(scope, collection, name) : undefined;
    if (stored === undefined || collection === undefined) throw missing(arn);
    // Written along, as it is: it orders all changes of its tags, also those of other processes.
    return [collection.put(name, stored.record, stored.revision)];
  },
  commit: (plan) => commitChangeOf(repository, scope, arn, plan),
});
