// One invoke inside an environment: its event, its limit, and the answer that its caller waits for.
import type { Clock } from "../../core/clock.ts";
import type { LogTail } from "../log/log-tail.ts";
import { success } from "../log/platform-events.ts";
import type { Invocation, ResponseHead, ResponseSink } from "../runtime-api/runtime-port.ts";
import { CollectedResponse } from "./collected-response.ts";
import type { InvocationRequest, Settlement } from "./environment-parts.ts";
import { errorTypeOf, type Failure } from "./failure.ts";
import type { Answer as ReportedAnswer } from "./reporter.ts";
import type { InvokeLimit } from "./invoke-limit.ts";
import { ReceiverSink } from "./response.ts";

export interface Answer {
  readonly payload: Uint8Array;
  readonly contentType?: string | undefined;
  readonly failure?: Failure;
}

/** Where the end of a streamed response goes; each is called at most once. */
export interface ResponseOwner {
  onAnswer(answer: Answer): void;
  onFailure(failure: Failure): void;
}

/** Of this invoke. */
type Limit = Pick<InvokeLimit, "limitMs" | "begin" | "end">;

export class RunningInvoke {
  readonly invocation: Invocation;
  /** Rejects only when the host fails. */
  readonly settlement: Promise<Settlement>;
  /** Of the log since it began, when its caller asked for it. */
  readonly #tail: LogTail | undefined;
  readonly #receiver: InvocationRequest["receiver"];
  readonly #clock: Clock;
  readonly #limit: Limit;
  readonly #startedMs: number;
  #resolve: (settlement: Settlement) => void = () => {};
  #reject: (reason: unknown) => void = () => {};
  /** Once the guest has begun to stream its response. */
  #streamed: { readonly latencyMs: number; readonly sink: ReceiverSink } | undefined;
  #isSettled = false;
  /** Settled and not told yet. */
  #untold: Omit<Settlement, "logTail"> | undefined;

  constructor(request: InvocationRequest, clock: Clock, limit: Limit, tail: LogTail | undefined) {
    const { requestId, invokedArn, trace, clientContext, cognitoIdentity, tenantId, payload, receiver } = request;
    // From here: an init that is repeated inside the invoke takes its time from the invoke's.
    const deadlineMs = clock.now() + limit.limitMs;
    this.invocation = { requestId, deadlineMs, invokedArn, trace, clientContext, cognitoIdentity, tenantId, payload };
    this.#tail = tail;
    this.#receiver = receiver;
    this.#clock = clock;
    this.#limit = limit;
    this.#startedMs = clock.monotonic();
    limit.begin();
    this.settlement = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** Whether it has its outcome, which its caller may not know yet. */
  get isSettled(): boolean {
    return this.#isSettled;
  }

  /** Whether its response is under way. */
  get isStreaming(): boolean {
    return this.#streamed !== undefined && !this.#isSettled;
  }

  get wantsTail(): boolean {
    return this.#tail !== undefined;
  }

  /** The guest streams its response to whoever takes it as it comes, or it is collected for who wants it whole. */
  beginResponse(head: ResponseHead, owner: ResponseOwner): ResponseSink {
    const collected = new CollectedResponse();
    const receiver = this.#receiver ?? collected;
    receiver.begin(head);
    const sink = new ReceiverSink(receiver, {
      requestId: this.invocation.requestId,
      isOver: () => this.#isSettled,
      onEnd: () => owner.onAnswer({ payload: collected.bytes(), contentType: head.contentType }),
      onFailure: (failure) => owner.onFailure(failure),
    });
    this.#streamed = { latencyMs: this.#clock.monotonic() - this.#startedMs, sink };
    return sink;
  }

  /** It has its outcome: what is to be reported of it. `tell` follows. */
  settle({ payload, contentType, failure }: Answer): ReportedAnswer {
    this.#isSettled = true;
    const functionError = failure === undefined ? undefined : "Unhandled";
    const errorType = failure === undefined ? undefined : errorTypeOf(failure);
    this.#untold = { payload, contentType, functionError, errorType };
    const { requestId, trace } = this.invocation;
    const durationMs = Math.min(this.#clock.monotonic() - this.#startedMs, this.#limit.limitMs);
    return {
      requestId,
      trace,
      startedMs: this.#startedMs,
      // A fault means that the runtime gave no answer of its own.
      latencyMs: this.#streamed?.latencyMs ?? (failure?.fault === undefined ? durationMs : undefined),
      durationMs,
      producedBytes: this.#streamed?.sink.bytes ?? payload.length,
      outcome: failure?.report ?? success,
    };
  }

  /** Gives the caller its answer, if there is one and it has not had it. */
  tell(): void {
    const untold = this.#untold;
    this.#untold = undefined;
    if (untold !== undefined) this.#resolve({ ...untold, logTail: this.#tail?.end() });
  }

  /** Its time is no longer measured. */
  end(): void {
    this.#limit.end();
  }

  /** Lets go of it without an outcome: the host failed, or is stopping. */
  abandon(reason: unknown): void {
    this.tell();
    this.end();
    this.#tail?.end();
    if (!this.#isSettled) this.#reject(reason);
  }
}
