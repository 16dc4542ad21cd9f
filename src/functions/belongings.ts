// What goes with its function, version or alias when that is deleted. One line a kind.
import type { StoreOperation } from "../store/operation.ts";
import { functionCodeSigning } from "./code-signing.ts";
import type { Collection } from "../store/collection.ts";
import { provisionedConcurrency, reservedConcurrency } from "./concurrency.ts";
import { aliases, belongingTo, functionTagsKey, putTags, qualifiedKey, versions } from "./documents.ts";
import { eventInvokeConfigs } from "./event-invoke-config.ts";
import { functionUrls } from "./function-url.ts";
import type { FunctionId } from "./function-version.ts";
import { functionPolicies } from "./policies.ts";
import { recursionConfigs } from "./recursion-config.ts";
import type { FunctionRepository } from "./repository.ts";

type AnyCollection = Pick<Collection<object>, "name" | "delete" | "read">;

/** Keys begin with `NAME:`; they go with the function. */
const ofFunction: readonly AnyCollection[] = [versions, aliases, functionCodeSigning, recursionConfigs, reservedConcurrency];

/** Keys are qualifiedKey(): they go with their version or alias, too. */
const ofQualifier: readonly AnyCollection[] = [eventInvokeConfigs, functionPolicies, functionUrls, provisionedConcurrency];

/** All of them. Keys begin with `NAME:`, and those of the second kind go on with a version, an alias or `$LATEST`. */
export const belongings = { ofFunction, ofQualifier } as const;

/** The counter of versions stays: a function of the same name goes on where this one ended. */
export async function deleteBelongings(repository: FunctionRepository, id: FunctionId): Promise<readonly StoreOperation[]> {
  const found = await Promise.all(
    [...ofFunction, ...ofQualifier].map(async (collection) => {
      const stored = await repository.scan(id, collection, { prefix: belongingTo(id.name) });
      return stored.map(({ key }) => collection.delete(key));
    }),
  );
  return [...found.flat(), putTags(functionTagsKey(id.name), {})];
}

/** `qualifier`: a version's number or an alias. */
export const deleteQualifiedBelongings = (name: string, qualifier: string): readonly StoreOperation[] =>
  ofQualifier.map((collection) => collection.delete(qualifiedKey(name, qualifier)));
