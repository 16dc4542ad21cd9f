// How a function, version or alias is invoked asynchronously: retries, age of events and destinations. Of the qualifier that
// the caller addressed, so an asynchronous invoke of an alias follows the alias' record and not its version's. Written
// along with the function (documents.ts), so the catalog's news tells of it.
import { Collection } from "../store/collection.ts";

/** Document `event-invoke-configs/NAME:QUALIFIER`, `$LATEST` where none was given. What is undefined has AWS's default. */
export interface EventInvokeConfigRecord {
  readonly qualifier: string;
  /** Unix epoch milliseconds. */
  readonly lastModifiedMs: number;
  /** 0 to 2; AWS's default is 2. */
  readonly maximumRetryAttempts: number | undefined;
  /** 60 to 21,600; AWS's default is 21,600. */
  readonly maximumEventAgeSeconds: number | undefined;
  readonly destinations: EventDestinations;
}

/** ARNs. */
export interface EventDestinations {
  readonly onSuccess: string | undefined;
  readonly onFailure: string | undefined;
}

export const eventInvokeConfigs = new Collection<EventInvokeConfigRecord>("event-invoke-configs");

/** What an asynchronous invoke goes by: the record with AWS's defaults filled in. */
export interface EventInvokePolicy {
  readonly maximumRetryAttempts: number;
  readonly maximumEventAgeSeconds: number;
  readonly destinations: EventDestinations;
}

/** Without a record, or with one that leaves them out. */
export const eventInvokePolicyOf = (config: EventInvokeConfigRecord | undefined): EventInvokePolicy => ({
  maximumRetryAttempts: config?.maximumRetryAttempts ?? 2,
  maximumEventAgeSeconds: config?.maximumEventAgeSeconds ?? 21_600,
  destinations: config?.destinations ?? { onSuccess: undefined, onFailure: undefined },
});
