// Faults of a batch as a whole.
import { Fault } from "../../../core/faults.ts";
import { limits } from "../limits.ts";

const refused = (code: string, message: string): Fault => new Fault({ code, status: 400, message });

/** `entry`: as awsQuery calls the entries, e.g. `SendMessageBatchRequestEntry`. */
export const emptyBatch = (entry: string): Fault => refused("EmptyBatchRequest", `There should be at least one ${entry} in the request.`);

export const tooManyEntries = (count: number): Fault =>
  refused("TooManyEntriesInBatchRequest", `Maximum number of entries per request are ${limits.batchEntries}. You have sent ${count}.`);

export const invalidEntryId = (): Fault =>
  refused("InvalidBatchEntryId", "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.");

export const entryIdRepeated = (id: string): Fault => refused("BatchEntryIdsNotDistinct", `Id ${id} repeated.`);

export const batchTooLong = (bytes: number): Fault =>
  refused("BatchRequestTooLong", `Batch requests cannot be longer than ${limits.messageBytes} bytes. You have sent ${bytes} bytes.`);
