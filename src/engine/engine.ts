// The door of the engine. API, function URL, queue, schedule and state machine are callers of this one function; the
// invoke path knows nothing of who called.
import type { RequestId } from "../core/ids.ts";
import type { FunctionId } from "../functions/function-version.ts";
import type { ProvisionedState } from "./placement/provisioned-environments.ts";

export interface Engine {
  /** Runs one event to its end. Rejects with a Fault when the call fails; a function error is an outcome. */
  invoke(request: InvokeRequest): Promise<InvokeOutcome>;
  /**
   * As `invoke`, but the response is there as it is written: resolves once the function begins to answer, or has ended.
   * Rejects as `invoke` does. The function waits while nobody reads the body.
   */
  stream(request: InvokeRequest): Promise<StreamedInvoke>;
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
  /** JSON of a caller whose credentials are Cognito's: `{"cognitoIdentityId","cognitoIdentityPoolId"}`. */
  readonly cognitoIdentity?: string | undefined;
  /** What the function is told; environments are not kept apart by it. */
  readonly tenantId?: string | undefined;
  /** `Root=…;Parent=…;Sampled=…;Lineage=…`. */
  readonly trace: string | undefined;
  /** Whether the outcome carries the last 4 KB of the log. */
  readonly logTail: boolean;
}

export interface StreamedInvoke {
  readonly executedVersion: string;
  readonly trace: string;
  /** Whether the function streams; else `body` is its whole response in one piece. */
  readonly isStreamed: boolean;
  readonly contentType: string;
  /** Chunks as written. A function that fails ends it early; who leaves it early lets the function run on to its end. */
  readonly body: AsyncIterable<Uint8Array>;
  /** When the function has ended, which is after the body. Never rejects. */
  readonly completed: Promise<StreamCompletion>;
}

export interface StreamCompletion {
  /** Undefined: it succeeded. */
  readonly error: { readonly errorType: string; readonly payload: Uint8Array } | undefined;
  readonly logTail: Buffer | undefined;
}

export interface InvokeOutcome {
  /** The version that ran: `$LATEST` or a number. */
  readonly executedVersion: string;
  readonly payload: Uint8Array;
  /** `Unhandled` when the function failed, timed out or crashed; `payload` then is the error. */
  readonly functionError: "Unhandled" | undefined;
  /** `Sandbox.Timedout`, `Runtime.ExitError`, the type that the runtime reported, … when there is a function error. */
  readonly errorType: string | undefined;
  /** Of the response, where the runtime said it. */
  readonly contentType: string | undefined;
  /** The last 4,096 bytes of the log, END and REPORT included, when asked for. */
  readonly logTail: Buffer | undefined;
  /** What the function saw: the caller's trace, or the one that it was given. Printable ASCII. */
  readonly trace: string;
}
