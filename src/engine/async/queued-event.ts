// An event that was accepted and is not dealt with: what its lane holds until it is.
import type { FunctionId } from "../../functions/function-version.ts";
import type { Json } from "../../store/json.ts";

/** Plain JSON; hence a type. */
export type QueuedEvent = {
  /** Of every attempt; what the caller got with the 202. */
  readonly requestId: string;
  /** As the caller addressed the function; left out: `$LATEST`. */
  readonly qualifier?: string;
  /** JSON text. */
  readonly payload: string;
  /** `X-Amzn-Trace-Id` of every attempt: one chain of invokes goes on in it. */
  readonly trace: string;
  /** Times that the function ran and failed. */
  readonly failures: number;
  /** Times in a row that it could not run: throttled, or an error of ours. */
  readonly refusals: number;
  /** How the last attempt that ran has ended. */
  readonly last?: FailedRun;
};

export type FailedRun = {
  readonly executedVersion: string;
  readonly functionError: string;
  /** JSON text; left out where it is too long to be delivered to anyone. */
  readonly response?: string;
};

/** What names of lanes of events begin with; one for each function, so that none waits for another's. */
export const eventLanes = "async:";

export const laneOf = ({ name }: FunctionId): string => `${eventLanes}${name}`;

/** Lanes of events hold nothing else. */
export const eventIn = (value: Json): QueuedEvent => value as QueuedEvent;

/** As it was accepted: for whoever sends it again. */
export const anew = ({ requestId, qualifier, payload, trace }: QueuedEvent): QueuedEvent => ({
  requestId,
  payload,
  trace,
  failures: 0,
  refusals: 0,
  ...(qualifier === undefined ? {} : { qualifier }),
});
