// The room as main.ts takes it: one repository and those that live on its news.
import type { Ids } from "../core/ids.ts";
import type { Store } from "../store/store.ts";
import { ConcurrencySettings } from "./concurrency-settings.ts";
import type { FunctionCatalog } from "./catalog.ts";
import { openCodeStorage, type CodeStorage } from "./code-storage.ts";
import { openDeployments, type Deployments } from "./deployments.ts";
import { FunctionRepository } from "./repository.ts";
import type { RuntimeVersions } from "./runtime-versions.ts";
import { openPolicyCatalog, type PolicyCatalog } from "./policy-catalog.ts";
import { openCatalog } from "./stored-catalog.ts";
import { openUrlCatalog, type UrlCatalog } from "./url-catalog.ts";

export interface Functions {
  readonly repository: FunctionRepository;
  /** For the engine: what an invoke runs. */
  readonly catalog: FunctionCatalog;
  /** For whoever authorises: who else may use a function. */
  readonly policies: PolicyCatalog;
  /** For requests to function URLs: where each leads. */
  readonly urls: UrlCatalog;
  /** What each function claims of its account's concurrency. */
  readonly concurrency: ConcurrencySettings;
  /** For the engine's reconciler: what waits to be unpacked. */
  readonly deployments: Deployments;
  /** For the quota: what is used of it. */
  readonly codeStorage: CodeStorage;
  /** Ends all watches; the store stays open. */
  close(): void;
}

export interface FunctionsParts {
  readonly store: Store;
  readonly ids: Ids;
  readonly runtimeVersions: RuntimeVersions;
}

export function openFunctions({ store, ids, runtimeVersions }: FunctionsParts): Functions {
  const repository = new FunctionRepository(store);
  const concurrency = new ConcurrencySettings(repository);
  return {
    repository,
    concurrency,
    catalog: openCatalog({ repository, concurrency, runtimeVersions }, ids),
    policies: openPolicyCatalog(repository),
    urls: openUrlCatalog(repository),
    deployments: openDeployments(repository, ids),
    codeStorage: openCodeStorage(repository),
    close: () => repository.close(),
  };
}
