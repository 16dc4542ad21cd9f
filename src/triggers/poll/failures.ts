// What a function says of the records of its batch, where it reports them one by one (ReportBatchItemFailures).
// https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html

/** Ids of those that failed, or all of them. */
export type BatchFailures = ReadonlySet<string> | "all";

const none: BatchFailures = new Set();

/** `ids`: of the batch. What is not an answer in that form counts as a failure of all. */
export function readBatchFailures(payload: Uint8Array, ids: ReadonlySet<string>): BatchFailures {
  const response = readJson(payload);
  if (response === undefined) return "all";
  // null, "", [] and {} say nothing, and so that nothing failed.
  if (typeof response !== "object" || response === null) return response === null || response === "" ? none : "all";
  const { batchItemFailures = null, ...others } = response as { readonly batchItemFailures?: unknown };
  if (batchItemFailures === null) return Object.keys(others).length === 0 || "batchItemFailures" in response ? none : "all";
  if (!Array.isArray(batchItemFailures)) return "all";
  const failed = batchItemFailures.map(identifierIn);
  return failed.every((id) => id !== undefined && ids.has(id)) ? new Set(failed as string[]) : "all";
}

function identifierIn(failure: unknown): string | undefined {
  if (typeof failure !== "object" || failure === null || !("itemIdentifier" in failure)) return undefined;
  return typeof failure.itemIdentifier === "string" ? failure.itemIdentifier : undefined;
}

/** Undefined: not JSON. */
function readJson(payload: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(payload).toString() || "null") as unknown;
  } catch {
    return undefined;
  }
}
