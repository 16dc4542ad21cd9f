// Resource policies of functions as they are evaluated: in memory, thrown away for a function when it changes.
import { parsePolicy, type Policy } from "../core/policy/document.ts";
import { belongingTo } from "./documents.ts";
import { functionKey, latestVersion, type FunctionId } from "./function-version.ts";
import { functionPolicies, mostPolicyBytes, policyText } from "./policies.ts";
import type { FunctionRepository } from "./repository.ts";

export interface PolicyCatalog {
  /** Undefined: it has none, or is not there. Returns plainly, not a promise, when it is in memory. */
  policyOf(id: FunctionId, qualifier: string | undefined): Policy | undefined | Promise<Policy | undefined>;
}

/** All policies of a function: what is not here does not exist, so no qualifier that callers make up takes memory. */
type PoliciesByQualifier = ReadonlyMap<string, Policy>;

/** Ends with the repository, whose news it lives on. */
export function openPolicyCatalog(repository: FunctionRepository): PolicyCatalog {
  const known = new Map<string, PoliciesByQualifier | Promise<PoliciesByQualifier>>();
  repository.onChange(({ id }) => void known.delete(functionKey(id)));

  const load = (id: FunctionId): Promise<PoliciesByQualifier> => {
    const key = functionKey(id);
    const loading = readPolicies(repository, id).then(
      ({ policies, isThere }) => {
        // A change that came meanwhile took `loading` out; and names that nobody has must not fill the memory.
        if (known.get(key) !== loading) return policies;
        if (isThere) known.set(key, policies);
        else known.delete(key);
        return policies;
      },
      (error: unknown) => {
        if (known.get(key) === loading) known.delete(key);
        throw error;
      },
    );
    known.set(key, loading);
    return loading;
  };

  return {
    policyOf(id, qualifier = latestVersion) {
      const policies = known.get(functionKey(id)) ?? load(id);
      return policies instanceof Promise ? policies.then((loaded) => loaded.get(qualifier)) : policies.get(qualifier);
    },
  };
}

async function readPolicies(repository: FunctionRepository, id: FunctionId) {
  const [latest, stored] = await Promise.all([
    repository.find(id),
    repository.scan(id, functionPolicies, { prefix: belongingTo(id.name) }),
  ]);
  const policies: PoliciesByQualifier = new Map(
    stored.map(({ key, record }) => [
      key.slice(belongingTo(id.name).length),
      // It was checked when it was written; one that does not parse must not be taken for none.
      parsePolicy(policyText(record), { kind: "resource", mostBytes: mostPolicyBytes }),
    ]),
  );
  return { policies, isThere: latest !== undefined };
}
