// Whether a function may go on invoking itself (engine/trace.ts counts). Without a document it may not: Terminate is
// AWS's default. Written along with the function (documents.ts), so the catalog's news tells of it.
import { createHash } from "node:crypto";
import { formatFunctionArn } from "../core/arn.ts";
import { Collection } from "../store/collection.ts";
import type { FunctionId } from "./function-version.ts";

/** `Terminate`: the chain is stopped at the limit. `Allow`: it goes on. */
export type RecursiveLoop = "Terminate" | "Allow";

/** Document `recursion-configs/NAME:$LATEST`: of the function as a whole. */
export interface RecursionConfigRecord {
  readonly recursiveLoop: RecursiveLoop;
}

export const recursionConfigs = new Collection<RecursionConfigRecord>("recursion-configs");

/** What the trace of an invoke is told of the function. */
export interface Lineage {
  /** Eight hex digits; the same for all versions of a function. */
  readonly id: string;
  readonly recursiveLoop: RecursiveLoop;
}

export const lineageOf = (id: FunctionId, config: RecursionConfigRecord | undefined): Lineage => ({
  id: createHash("sha256").update(formatFunctionArn(id)).digest("hex").slice(0, 8),
  recursiveLoop: config?.recursiveLoop ?? "Terminate",
});
