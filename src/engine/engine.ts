// The door of the engine. API, function URL, queue, schedule and state machine are callers of this one function; the
// invoke path knows nothing of who called.
import type { RequestId } from "../core/ids.ts";
import type { FunctionId } from "../functions/function-version.ts";
import type { ProvisionedState } from "./placement/provisioned-environments.ts";

export interface Engine {
  /** Runs one event to its end. Rejects with a Fault when the call fails; a function error is an outcome. */
  invoke(request: InvokeRequest): Promise<InvokeOutcome>;
  /** Begins to keep ready what is provisioned. Once, when environments may start. */
  start(): void;
  /** What there is of a provisioned concurrency, by the id of its setting; undefined: nothing was done for it yet. */
  provisioned(id: FunctionId, allocationId: string): ProvisionedState | undefined;
  /** Ends idle environments at once, lets running invokes finish within `graceMs`, then kills what is left. */
  stop(graceMs: number): Promise<void>;
}

export interface InvokeRequest {
  readonly function: FunctionId;
  /** `$LATEST`, a number or an alias; undefined: `$LATEST`. */
  readonly qualifier: string | undefined;
  /** UTF-8 JSON. */
  readonly payload: Uint8Array;
  readonly requestId: RequestId;
  /** Decoded JSON of `X-Amz-Client-Context`. */
  readonly clientContext: string | undefined;
  /** `Root=…;Parent=…;Sampled=…;Lineage=…`. */
  readonly trace: string | undefined;
  /** Whether the outcome carries the last 4 KB of the log. */
  readonly logTail: boolean;
}

export interface InvokeOutcome {
  /** The version that ran: `$LATEST` or a number. */
  readonly executedVersion: string;
  readonly payload: Uint8Array;
  /** `Unhandled` when the function failed, timed out or crashed; `payload` then is the error. */
  readonly functionError: "Unhandled" | undefined;
  /** The last 4,096 bytes of the log, END and REPORT included, when asked for. */
  readonly logTail: Buffer | undefined;
  /** What the function saw: the caller's trace, or the one that it was given. Printable ASCII. */
  readonly trace: string;
}
