// What becomes of an event after an attempt: handled, tried again, or dropped with a reason. Nothing but rules.
// https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
import type { Fault } from "../../core/faults.ts";
import type { EventInvokePolicy } from "../../functions/event-invoke-config.ts";
import type { InvokeOutcome } from "../engine.ts";
import type { FailedRun, QueuedEvent } from "./queued-event.ts";

export type Attempt =
  /** The function has run. */
  | { readonly kind: "ran"; readonly outcome: Pick<InvokeOutcome, "executedVersion" | "functionError" | "payload"> }
  /** It could not run. */
  | { readonly kind: "refused"; readonly fault: Fault };

export type DropReason =
  | "RetriesExhausted"
  | "EventAgeExceeded"
  | "ZeroReservedConcurrency"
  /** A chain of invokes that came through the function too often. */
  | "RecursiveInvocation"
  /** Function, version or alias was deleted meanwhile. */
  | "FunctionNotFound"
  /** What no later attempt would change. */
  | "InvocationRefused";

export type Verdict =
  | { readonly kind: "handled"; readonly run: Run }
  | { readonly kind: "again"; readonly event: QueuedEvent; readonly delayMs: number }
  | Dropped;

export interface Dropped {
  readonly kind: "dropped";
  readonly reason: DropReason;
  /** As in the response of the last attempt; undefined: there was none. */
  readonly statusCode: number | undefined;
  /** In words. */
  readonly message: string;
  readonly event: QueuedEvent;
}

export interface Run {
  readonly executedVersion: string;
  /** Its response. */
  readonly text: string;
  /** This one included. */
  readonly count: number;
}

export interface Circumstances {
  readonly policy: EventInvokePolicy;
  /** When the event was accepted; Unix epoch milliseconds. */
  readonly sentAtMs: number;
  readonly nowMs: number;
  /** Of AWS's delays that are waited, percent. */
  readonly delayPercent: number;
}

/** After the first and after the second failure. */
const retryDelaysMs = [60_000, 120_000] as const;
const backOff = { firstMs: 1_000, mostMs: 300_000 };
/** However short delays are to be: what is refused again and again must not keep a processor busy. */
const leastBackOffMs = 20;
/** Of the attribute in a dead letter; nor do records of ours keep more. */
const longestErrorMessage = 1_024;
/** No target takes a longer one. */
const longestResponse = 1_000_000;

const isTooOld = ({ policy, sentAtMs, nowMs }: Circumstances, inMs = 0): boolean =>
  nowMs + inMs - sentAtMs > policy.maximumEventAgeSeconds * 1_000;

/** Before an attempt: what there is no need to try. */
export function dropBefore(event: QueuedEvent, isBlocked: boolean, circumstances: Circumstances): Dropped | undefined {
  if (isTooOld(circumstances)) return tooOld(event, event.last === undefined ? undefined : 200);
  if (!isBlocked) return undefined;
  return { kind: "dropped", reason: "ZeroReservedConcurrency", statusCode: undefined, message: "The reserved concurrency of the function is 0.", event };
}

export function verdictOn(event: QueuedEvent, attempt: Attempt, circumstances: Circumstances): Verdict {
  if (attempt.kind === "refused") return afterRefusal(event, attempt.fault, circumstances);
  const { executedVersion, functionError, payload } = attempt.outcome;
  const text = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString();
  if (functionError === undefined) return { kind: "handled", run: { executedVersion, text, count: event.failures + 1 } };
  const response = asJson(text);
  const last: FailedRun = { executedVersion, functionError, ...(response.length > longestResponse ? {} : { response }) };
  return afterFailure({ ...event, failures: event.failures + 1, refusals: 0, last }, circumstances);
}

/** A custom runtime may answer with what is no JSON: then the text as a string. */
export function asJson(text: string): string {
  if (text === "") return "null";
  try {
    JSON.parse(text);
    return text;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return JSON.stringify(text);
  }
}

function afterFailure(event: QueuedEvent, circumstances: Circumstances): Verdict {
  const { policy, delayPercent } = circumstances;
  const retryMs = event.failures > policy.maximumRetryAttempts ? undefined : retryDelaysMs[event.failures - 1];
  if (retryMs === undefined) return { kind: "dropped", reason: "RetriesExhausted", statusCode: 200, message: errorMessageOf(event), event };
  const delayMs = (retryMs * delayPercent) / 100;
  // AWS does not wait for a retry that would come too late.
  return isTooOld(circumstances, delayMs) ? tooOld(event, 200) : { kind: "again", event, delayMs };
}

/** Throttles and errors of the system do not count as attempts. */
function afterRefusal(event: QueuedEvent, fault: Fault, circumstances: Circumstances): Verdict {
  const { code, status, message } = fault;
  const dropped = (reason: DropReason): Dropped => ({ kind: "dropped", reason, statusCode: status, message, event });
  if (status === 404) return dropped("FunctionNotFound");
  if (code === "RecursiveInvocationException") return dropped("RecursiveInvocation");
  // 409: the function is in a state that passes.
  if (status < 500 && status !== 429 && status !== 409) return dropped("InvocationRefused");
  const fullMs = Math.min(backOff.mostMs, backOff.firstMs * 2 ** Math.min(event.refusals, 20));
  const delayMs = Math.max(leastBackOffMs, (fullMs * circumstances.delayPercent) / 100);
  if (isTooOld(circumstances, delayMs)) return tooOld(event, status, message);
  return { kind: "again", event: { ...event, refusals: event.refusals + 1 }, delayMs };
}

const tooOld = (event: QueuedEvent, statusCode: number | undefined, message = errorMessageOf(event)): Dropped => ({
  kind: "dropped",
  reason: "EventAgeExceeded",
  statusCode,
  message,
  event,
});

/** What the function said of its last failure, as much of it as is ever shown. */
function errorMessageOf({ last }: QueuedEvent): string {
  if (last?.response === undefined) return "";
  const error: unknown = JSON.parse(last.response);
  const message = typeof error === "object" && error !== null && "errorMessage" in error && typeof error.errorMessage === "string" ? error.errorMessage : last.response;
  return message.slice(0, longestErrorMessage);
}
