// Operations as a ledger takes them: values as JSON text, timers as documents.
import type { LedgerOperation } from "./ledger/job.ts";
import type { StoreOperation } from "./operation.ts";
import type { Json } from "./json.ts";
import { lowerTimer } from "./partition-timers.ts";

export function lowerOperation(operation: StoreOperation): LedgerOperation {
  for (const text of Object.values(operation)) if (typeof text === "string") assertStorable(text);
  if (operation.kind === "set-timer" || operation.kind === "cancel-timer") return lowerTimer(operation);
  if (operation.kind === "put-document" || operation.kind === "delete-document") assertNotReserved(operation.collection);
  if (operation.kind === "put-document") for (const indexKey of Object.values(operation.indexes ?? {})) assertStorable(indexKey);
  return "value" in operation ? { ...operation, value: jsonText(operation.value) } : operation;
}

/** Taken now: what the caller does to the value later is not part of the commit. */
function jsonText(value: Json): string {
  const text: string | undefined = JSON.stringify(value);
  if (text === undefined) throw new TypeError(`${typeof value} is not JSON`);
  return text;
}

// A lone surrogate has no UTF-8: two different keys would become one.
function assertStorable(text: string): void {
  if (!text.isWellFormed()) throw new TypeError("a lone surrogate cannot be part of a name or key");
}

function assertNotReserved(collection: string): void {
  if (collection.startsWith("$")) throw new TypeError(`${collection} is a collection of the store itself`);
}
