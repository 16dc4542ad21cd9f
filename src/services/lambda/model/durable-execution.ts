// Durable executions: there are none, since a function with DurableConfig is refused by name. What names one names
// nothing, and its operations say so as AWS does.
import { callbackNotFound, checkpointTokenInvalid, executionNotFound } from "../faults/durable-executions.ts";

/** Fault: 404. */
export async function requireExecution({ DurableExecutionArn }: { readonly DurableExecutionArn: string }): Promise<never> {
  throw executionNotFound(DurableExecutionArn);
}

/** Fault: 400. No token was ever given out; the model has no 404 for those who hold one. */
export async function requireCheckpoint(_input: { readonly CheckpointToken: string }): Promise<never> {
  throw checkpointTokenInvalid();
}

/** Fault: 404. */
export async function requireCallback({ CallbackId }: { readonly CallbackId: string }): Promise<never> {
  throw callbackNotFound(CallbackId);
}
