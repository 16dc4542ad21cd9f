// Batches: rules of the request as a whole, and entries that fail alone.
import { Fault } from "../../../core/faults.ts";
import { emptyBatch, entryIdRepeated, invalidEntryId, tooManyEntries } from "../faults/batches.ts";
import { limits } from "../limits.ts";

const idPattern = /^[\w-]{1,80}$/;

/** Faults of the whole batch. `kind`: as awsQuery calls its entries. */
export function requireBatch(entries: readonly { readonly Id: string }[], kind: string): void {
  if (entries.length === 0) throw emptyBatch(kind);
  if (entries.length > limits.batchEntries) throw tooManyEntries(entries.length);
  if (!entries.every(({ Id }) => idPattern.test(Id))) throw invalidEntryId();
  const ids = new Set<string>();
  for (const { Id } of entries) {
    if (ids.has(Id)) throw entryIdRepeated(Id);
    ids.add(Id);
  }
}

export interface FailedEntry {
  readonly Id: string;
  readonly SenderFault: boolean;
  readonly Code: string;
  readonly Message: string;
}

/** Codes in batches are those of awsQuery. */
const codes: Readonly<Record<string, string>> = {
  InvalidParameterValueException: "InvalidParameterValue",
  MissingRequiredParameterException: "MissingParameter",
  UnsupportedOperation: "AWS.SimpleQueueService.UnsupportedOperation",
};

const failedEntry = (Id: string, { code, kind, message }: Fault): FailedEntry => ({ Id, SenderFault: kind === "client", Code: codes[code] ?? code, Message: message });

/** The entries that `accept` takes, and the failures of those that it refuses. */
export function acceptEntries<Entry extends { readonly Id: string }, Accepted>(entries: readonly Entry[], accept: (entry: Entry) => Accepted) {
  const accepted: { readonly entry: Entry; readonly value: Accepted }[] = [];
  const failed: FailedEntry[] = [];
  for (const entry of entries) {
    try {
      accepted.push({ entry, value: accept(entry) });
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      failed.push(failedEntry(entry.Id, error));
    }
  }
  return { accepted, failed };
}

/** Once the store has answered: what was done after all, and what was refused only then. */
export function settleEntries<Accepted, Result>(accepted: readonly Accepted[], results: readonly Result[], idOf: (one: Accepted) => string, refusal: (one: Accepted, result: Result) => Fault | undefined) {
  const successful: { readonly Id: string }[] = [];
  const failed: FailedEntry[] = [];
  for (const [place, one] of accepted.entries()) {
    const result = results[place];
    const fault = result === undefined ? undefined : refusal(one, result);
    if (fault === undefined) successful.push({ Id: idOf(one) });
    else failed.push(failedEntry(idOf(one), fault));
  }
  return { successful, failed };
}

/** Lists that are empty are absent. */
export const batchAnswer = <Success>(Successful: readonly Success[], Failed: readonly FailedEntry[]) => ({
  Successful: Successful.length === 0 ? undefined : [...Successful],
  Failed: Failed.length === 0 ? undefined : [...Failed],
});
