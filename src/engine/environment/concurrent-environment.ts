// An execution environment that runs several events at once: its runtime asks for the next one from many workers at the
// same time (AWS_LAMBDA_MAX_CONCURRENCY). A timeout fails one invoke and kills nothing; a crash fails all that run, and
// the environment is replaced, not reset. It is never frozen.
// https://docs.aws.amazon.com/lambda/latest/dg/lambda-managed-instances-execution-environment.html
import type { Timer } from "../../core/clock.ts";
import { Fault } from "../../core/faults.ts";
import type { EnvironmentLog } from "../log/environment-log.ts";
import { openEnvironmentLog } from "../log/open-environment-log.ts";
import { fault, success, type Outcome } from "../log/platform-events.ts";
import type { ShutdownReason } from "../runtime-api/extensions-port.ts";
import { mostPolls, type EventReceiver, type ReportedError, type ResponseHead, type ResponseSink, type RuntimePort, type RuntimeResponse } from "../runtime-api/runtime-port.ts";
import { longInitMs, type EnvironmentObserver, type EnvironmentParts, type EnvironmentPlan, type InvocationRequest, type PooledEnvironment, type Settlement } from "./environment-parts.ts";
import { exited, failedWith, reported, responseFailure, timedOut, type Failure } from "./failure.ts";
import { environmentStopped, illegalTransition, invalidRequestId, isStartFault } from "./faults.ts";
import { extensionFunction, Extensions } from "./extensions.ts";
import { Processes } from "./processes.ts";
import { Reporter } from "./reporter.ts";
import { InvokeLimit } from "./invoke-limit.ts";
import { RunningInvoke, type Answer } from "./running-invoke.ts";

type State =
  | "initialising"
  /** Workers wait for events; extensions are not all ready. */
  | "initialised"
  | "serving"
  /** Its init failed: the invokes that waited for it learn why. */
  | "failed"
  | "stopping"
  | "stopped";

export class ConcurrentEnvironment implements RuntimePort, PooledEnvironment {
  readonly id: string;
  readonly concurrency: number;
  readonly #parts: EnvironmentParts;
  readonly #plan: EnvironmentPlan;
  readonly #observer: EnvironmentObserver;
  readonly #timeoutMs: number;
  readonly #log: EnvironmentLog;
  readonly #reporter: Reporter;
  readonly #extensions: Extensions;
  readonly #processes: Processes;
  #state: State = "initialising";
  #receiver: EventReceiver | undefined;
  #initTimer: Timer | undefined;
  #initFailure: ((requestId: string) => Failure) | undefined;
  /** By request id. */
  readonly #running = new Map<string, RunningInvoke>();
  /** Requests for the next event that wait. Workers may ask again before they have answered, so they can be more than slots. */
  #polls = 0;
  /** Slots that the observer was told of and has not used. */
  #offered = 0;
  #isRetired = false;
  #fault: unknown;
  #ending: Promise<void> | undefined;

  constructor(parts: EnvironmentParts, plan: EnvironmentPlan, observer: EnvironmentObserver) {
    const { configuration } = plan.version;
    this.id = parts.ids.hex(16);
    this.concurrency = configuration.environmentConcurrency ?? 1;
    this.#parts = parts;
    this.#plan = plan;
    this.#observer = observer;
    this.#timeoutMs = configuration.timeoutSeconds * 1000;
    this.#log = openEnvironmentLog(parts, plan.version, this.id);
    // An event of several at once would say nothing: only SHUTDOWN there is, as on AWS.
    this.#extensions = new Extensions(parts.ids, extensionFunction(plan.version), () => this.#onProgress(), ["SHUTDOWN"]);
    this.#reporter = new Reporter(this.#log, parts.clock, plan);
    this.#processes = new Processes(this.id, { parts, plan, log: this.#log, extensions: this.#extensions }, {
      port: this,
      onExit: (failureFor) => this.#onExit(failureFor),
      isIdle: () => false,
      onRefused: (error) => this.#onRefused(error),
    });
  }

  get takesInvoke(): boolean {
    return this.#state === "failed" || (this.#state === "serving" && this.#offered > 0);
  }

  get isWarm(): boolean {
    return this.#state === "serving";
  }

  get isBusy(): boolean {
    return this.#running.size > 0;
  }

  get memoryBytes(): number {
    return this.#reporter.peakMemoryBytes;
  }

  get isInspected(): boolean {
    return this.#plan.inspectorPort !== undefined;
  }

  start(): void {
    const initTimeoutMs = Math.max(longInitMs, this.#timeoutMs);
    this.#initTimer = (this.#plan.timers ?? this.#parts.clock).after(initTimeoutMs, () => this.#failInit(() => timedOut("", initTimeoutMs / 1000)));
    this.#reporter.initStarted("init");
    this.#processes.start();
  }

  invoke(request: InvocationRequest): Promise<Settlement> {
    if (!this.takesInvoke) throw illegalTransition(this.#state, "invoke", "engine");
    const { requestId, trace, logTail } = request;
    const onTimeout = (): void => this.#onTimeout(requestId);
    const { clock } = this.#parts;
    const limit = new InvokeLimit(this.#plan.timers ?? clock, this.#timeoutMs, onTimeout);
    // Each has a timer of its own, which ends with it.
    const ownLimit = { limitMs: this.#timeoutMs, begin: () => limit.begin(), end: () => limit.close() };
    const running = new RunningInvoke(request, clock, ownLimit, logTail ? this.#log.openTail() : undefined);
    this.#running.set(requestId, running);
    this.#reporter.started(requestId, trace);
    if (this.#initFailure !== undefined) {
      this.#fail(running, this.#initFailure(requestId));
      return running.settlement;
    }
    this.#offered -= 1;
    this.#polls -= 1;
    this.#receiver?.deliver(running.invocation);
    return running.settlement;
  }

  stop(): Promise<void> {
    return this.#end("spindown", environmentStopped());
  }

  retire(): void {
    this.#isRetired = true;
    if (!this.isBusy) void this.stop();
  }

  // What the guest says.

  next(receiver: EventReceiver): void {
    if (this.#state !== "initialising" && this.#state !== "initialised" && this.#state !== "serving") {
      throw illegalTransition("Exited", "Ready", "guest");
    }
    this.#receiver = receiver;
    this.#polls = Math.min(this.#polls + 1, mostPolls);
    if (this.#state === "serving") {
      this.#offer();
      return;
    }
    this.#state = "initialised";
    this.#extensions.closeRegistration();
    this.#onProgress();
  }

  respond(requestId: string, response: RuntimeResponse): void {
    const running = this.#of(requestId, "InvocationResponse");
    const failure = responseFailure(requestId, response);
    if (failure !== undefined) this.#fail(running, failure);
    else if (response.kind === "whole") this.#settle(running, { payload: response.body, contentType: response.contentType });
  }

  beginResponse(requestId: string, head: ResponseHead): ResponseSink {
    const running = this.#of(requestId, "InvocationResponse");
    return running.beginResponse(head, {
      onAnswer: (answer) => this.#settle(running, answer),
      onFailure: (failure) => this.#fail(running, failure),
    });
  }

  fail(requestId: string, error: ReportedError): void {
    this.#fail(this.#of(requestId, "InvocationErrorResponse"), reported(error));
  }

  failInit(error: ReportedError): void {
    if (this.#state !== "initialising") throw illegalTransition("Ready", "InitError", "guest");
    this.#failInit(() => reported(error));
  }

  violate(reason: string): void {
    if (this.#processes.isEnding) return;
    this.#log.platform(fault(`Runtime ended, it broke the protocol: ${reason}`));
    this.#onExit((requestId) => exited(requestId, { exitCode: undefined, signal: "SIGKILL", outOfMemory: false }));
  }

  // What happens to it.

  #onProgress(): void {
    this.#processes.progress();
    if (this.#state !== "initialised" || !this.#extensions.isSettled) return;
    this.#state = "serving";
    this.#endInit(success);
    const slots = Math.min(this.#polls, this.concurrency);
    // Each of them may bring another worker's invoke.
    for (let slot = 0; slot < slots; slot += 1) this.#offer();
    this.#observer.settling(this, this.concurrency - slots);
  }

  /** Where a worker waits and a slot is free, that is another invoke. */
  #offer(): void {
    if (this.#offered >= this.#polls || this.#offered + this.#running.size >= this.concurrency) return;
    this.#offered += 1;
    this.#observer.available(this);
  }

  #onTimeout(requestId: string): void {
    const running = this.#running.get(requestId);
    // The worker goes on: what it answers later is refused, and then it asks for its next event.
    if (running !== undefined) this.#fail(running, timedOut(requestId, this.#timeoutMs / 1000));
  }

  #onExit(failureFor: (requestId: string) => Failure): void {
    if (this.#state === "serving") this.#crash(failureFor);
    else this.#failInit(failureFor);
  }

  #crash(failureFor: (requestId: string) => Failure): void {
    // First: a worker that waits must not be offered again for each invoke that fails.
    this.#state = "stopping";
    for (const [requestId, running] of this.#running) this.#fail(running, failureFor(requestId));
    void this.#end("failure", environmentStopped());
  }

  #onRefused(error: unknown): void {
    if (error instanceof Fault && isStartFault(error)) {
      this.#failInit((requestId) => failedWith(requestId, error.code, error.message));
      return;
    }
    this.#fault = error;
    void this.#end("failure", error);
  }

  #failInit(failureFor: (requestId: string) => Failure): void {
    if (this.#state !== "initialising" && this.#state !== "initialised") return;
    this.#processes.drain();
    this.#endInit(failureFor("").report);
    this.#state = "failed";
    this.#initFailure = failureFor;
    void this.#processes.reset("failure").catch((error: unknown) => (this.#fault ??= error));
    // Whoever waits for it learns why; it is gone before anybody else comes.
    for (let slot = 0; slot < this.concurrency; slot += 1) this.#observer.available(this);
    setImmediate(() => void this.stop());
  }

  #endInit(outcome: Outcome): void {
    this.#initTimer?.cancel();
    this.#reporter.extensions(this.#extensions.views);
    this.#reporter.initEnded("init", outcome, this.#processes.sandbox);
    this.#processes.initEnded();
  }

  /** The invoke that `requestId` answers; `target`: AWS's name of the state that the guest asks for. */
  #of(requestId: string, target: "InvocationResponse" | "InvocationErrorResponse"): RunningInvoke {
    const running = this.#running.get(requestId);
    if (running === undefined || running.isSettled) throw invalidRequestId();
    // The rest of a response is the body of the request that began it.
    if (running.isStreaming) throw illegalTransition("InvocationResponse", target, "guest");
    return running;
  }

  #fail(running: RunningInvoke, failure: Failure): void {
    const text = failure.fault?.(running.invocation.requestId, this.#parts.clock.now());
    if (text !== undefined) this.#log.platform(fault(text));
    this.#settle(running, { payload: failure.payload, failure });
  }

  #settle(running: RunningInvoke, answer: Answer): void {
    this.#running.delete(running.invocation.requestId);
    this.#reporter.answered(running.settle(answer), this.#processes.sandbox);
    this.#processes.drain();
    this.#reporter.report();
    running.end();
    running.tell();
    if (this.#state === "serving") {
      this.#observer.settling(this);
      this.#offer();
    }
    if (this.#isRetired && !this.isBusy) void this.stop();
  }

  /** Once. `why`: what running invokes are rejected with. */
  #end(reason: ShutdownReason, why: unknown): Promise<void> {
    this.#ending ??= this.#endAll(reason, why);
    return this.#ending;
  }

  async #endAll(reason: ShutdownReason, why: unknown): Promise<void> {
    this.#state = "stopping";
    this.#observer.unavailable(this);
    this.#initTimer?.cancel();
    for (const running of this.#running.values()) running.abandon(why);
    this.#running.clear();
    try {
      await this.#processes.close(reason);
    } catch (error) {
      this.#fault ??= error;
    }
    this.#state = "stopped";
    this.#log.close();
    this.#observer.ended(this, this.#fault);
  }
}
