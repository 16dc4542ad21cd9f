// Function URLs by their id: in memory, as of the last commit, so that no request to a URL reads the store.
import { functionUrls, type FunctionUrlRecord } from "./function-url.ts";
import type { FunctionId } from "./function-version.ts";
import type { FunctionRepository } from "./repository.ts";
import type { Scope } from "../core/context.ts";

/** A URL and where it leads. */
export interface FoundUrl {
  readonly function: FunctionId;
  readonly url: FunctionUrlRecord;
}

export interface UrlCatalog {
  /** Undefined: there is none, or no more. Returns plainly, not a promise, once all have been read. */
  find(urlId: string): FoundUrl | undefined | Promise<FoundUrl | undefined>;
}

/** Ends with the repository, whose news it lives on. */
export function openUrlCatalog(repository: FunctionRepository): UrlCatalog {
  const urls = new KnownUrls();
  // Of accounts and regions that are used for the first time from now on; of all others when somebody asks.
  repository.watchAll(functionUrls, (scope, key, record) => urls.change(scope, key, record));
  let isRead = false;
  let reading: Promise<void> | undefined;

  const readAll = async (): Promise<void> => {
    const scopes = await repository.scopes();
    await Promise.all(scopes.map((scope) => repository.follow(scope, functionUrls, (key, record) => urls.change(scope, key, record))));
    isRead = true;
  };

  return {
    find(urlId) {
      if (isRead) return urls.find(urlId);
      // Whoever asks after a failure tries again.
      reading ??= readAll().finally(() => (reading = undefined));
      return reading.then(() => urls.find(urlId));
    },
  };
}

class KnownUrls {
  readonly #byId = new Map<string, FoundUrl>();
  /** News of a deletion names the document only. */
  readonly #idByDocument = new Map<string, string>();

  find(urlId: string): FoundUrl | undefined {
    return this.#byId.get(urlId);
  }

  change({ account, region }: Scope, key: string, url: FunctionUrlRecord | undefined): void {
    const document = `${account}/${region}/${key}`;
    const former = this.#idByDocument.get(document);
    if (former !== undefined) this.#byId.delete(former);
    if (url === undefined) {
      this.#idByDocument.delete(document);
      return;
    }
    this.#idByDocument.set(document, url.urlId);
    this.#byId.set(url.urlId, { function: { account, region, name: url.functionName }, url });
  }
}
