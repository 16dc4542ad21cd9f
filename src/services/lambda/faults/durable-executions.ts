// Faults of durable executions. AWS's texts are not recorded; types and statuses are those of the service model.
import type { Fault } from "../../../core/faults.ts";
import { invalidParameter, notFound } from "./base.ts";

export const executionNotFound = (arn: string): Fault => notFound(`Durable execution not found: ${arn}`);
export const callbackNotFound = (id: string): Fault => notFound(`Callback not found: ${id}`);
export const checkpointTokenInvalid = (): Fault => invalidParameter("Invalid checkpoint token");
