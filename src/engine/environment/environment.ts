// One execution environment: the lifecycle table brought to life. It owns a sandbox (whose files outlive a reset), its
// log stream and its credentials, and runs one event at a time.
import type { Timer, Timers } from "../../core/clock.ts";
import { Fault } from "../../core/faults.ts";
import type { EnvironmentLog } from "../log/environment-log.ts";
import { openEnvironmentLog } from "../log/open-environment-log.ts";
import { fault, success, type InitPhase, type Outcome } from "../log/platform-events.ts";
import type { ExtensionEvent, ShutdownReason } from "../runtime-api/extensions-port.ts";
import type {
  EventReceiver,
  Invocation,
  ReportedError,
  ResponseHead,
  ResponseSink,
  RuntimePort,
  RuntimeResponse,
} from "../runtime-api/runtime-port.ts";
import {
  longInitMs,
  type EnvironmentObserver,
  type EnvironmentParts,
  type EnvironmentPlan,
  type InvocationRequest,
  type PooledEnvironment,
  type Settlement,
} from "./environment-parts.ts";
import { exited, failedWith, reported, responseFailure, timedOut, type Failure } from "./failure.ts";
import { environmentStopped, invalidRequestId, isStartFault } from "./faults.ts";
import { extensionFunction, Extensions } from "./extensions.ts";
import { Freezer } from "./freezer.ts";
import { InvokeLimit } from "./invoke-limit.ts";
import { awaitsExtensions, isInitialising, nextState, takesInvoke, type EnvironmentEvent, type EnvironmentState } from "./lifecycle.ts";
import { Processes } from "./processes.ts";
import { Reporter } from "./reporter.ts";
import { RunningInvoke, type Answer } from "./running-invoke.ts";

/** https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html#runtimes-lifecycle-ib */
const onDemandInitMs = 10_000;

export class Environment implements RuntimePort, PooledEnvironment {
  readonly id: string;
  readonly concurrency = 1;
  readonly #parts: EnvironmentParts;
  readonly #plan: EnvironmentPlan;
  readonly #observer: EnvironmentObserver;
  readonly #timeoutMs: number;
  /** For the limits of init and invoke. */
  readonly #timers: Timers;
  readonly #limit: InvokeLimit;
  readonly #log: EnvironmentLog;
  readonly #reporter: Reporter;
  readonly #extensions: Extensions;
  readonly #processes: Processes;
  readonly #freezer: Freezer;
  #state: EnvironmentState = "initialising";
  /** Where the guest asked for its next event. */
  #poller: EventReceiver | undefined;
  #initTimer: Timer | undefined;
  #running: RunningInvoke | undefined;
  /** The last one, also after its answer: what a second answer is measured by. */
  #requestId: string | undefined;
  #ending: Promise<void> | undefined;
  #fault: unknown;

  constructor(parts: EnvironmentParts, plan: EnvironmentPlan, observer: EnvironmentObserver) {
    this.id = parts.ids.hex(16);
    this.#parts = parts;
    this.#plan = plan;
    this.#observer = observer;
    this.#timeoutMs = plan.version.configuration.timeoutSeconds * 1000;
    this.#timers = plan.timers ?? parts.clock;
    this.#limit = new InvokeLimit(this.#timers, this.#timeoutMs, () => this.#onTimeout());
    this.#log = openEnvironmentLog(parts, plan.version, this.id);
    this.#extensions = new Extensions(parts.ids, extensionFunction(plan.version), () => this.#onProgress());
    this.#freezer = new Freezer(parts.clock);
    this.#reporter = new Reporter(this.#log, parts.clock, plan);
    this.#processes = new Processes(this.id, { parts, plan, log: this.#log, extensions: this.#extensions }, {
      port: this,
      onExit: (failureFor) => this.#onExit(failureFor),
      isIdle: () => this.#state === "idle",
      onRefused: (error) => this.#onRefused(error),
    });
  }

  get takesInvoke(): boolean {
    return takesInvoke(this.#state);
  }

  get isWarm(): boolean {
    return this.#state === "idle";
  }

  get isBusy(): boolean {
    return this.#running !== undefined;
  }

  get memoryBytes(): number {
    return this.#reporter.peakMemoryBytes;
  }

  get isInspected(): boolean {
    return this.#plan.inspectorPort !== undefined;
  }

  get #isProvisioned(): boolean {
    return this.#plan.initializationType === "provisioned-concurrency";
  }

  start(): void {
    const initTimeoutMs = this.#isProvisioned ? Math.max(longInitMs, this.#timeoutMs) : onDemandInitMs;
    this.#initTimer = this.#timers.after(initTimeoutMs, () => this.#reset("timeout", () => timedOut("", initTimeoutMs / 1000)));
    this.#startRun();
  }

  invoke(request: InvocationRequest): Promise<Settlement> {
    this.#move("invoke");
    const { requestId, trace, logTail } = request;
    const running = new RunningInvoke(request, this.#parts.clock, this.#limit, logTail ? this.#log.openTail() : undefined);
    this.#running = running;
    this.#requestId = requestId;
    this.#reporter.started(requestId, trace);
    if (this.#state === "reinitialising") this.#startRun();
    else this.#dispatch(running.invocation);
    return running.settlement;
  }

  async stop(): Promise<void> {
    if (this.#state === "stopped") return;
    this.#move("stop");
    this.#abandon(environmentStopped());
    await this.#end("spindown");
  }

  /** Asked of one that is idle: there is nothing to wait for. */
  retire(): void {
    void this.stop();
  }

  // What the guest says. Each throws a Fault at the wrong time.

  next(receiver: EventReceiver): void {
    this.#move("next");
    if (this.#state === "invoking" && this.#running !== undefined) {
      receiver.deliver(this.#running.invocation);
      return;
    }
    if (this.#poller !== receiver) this.#welcome(receiver);
    this.#tellOfRuntime();
    this.#settleWithExtensions();
  }

  /** The first time in a run that the guest asks here. */
  #welcome(receiver: EventReceiver): void {
    this.#poller = receiver;
    this.#extensions.closeRegistration();
    if (this.#extensions.hasInternal) receiver.release?.();
  }

  respond(requestId: string, response: RuntimeResponse): void {
    const running = this.#take("response", requestId);
    const failure = responseFailure(requestId, response);
    if (failure !== undefined) this.#fail(running, failure);
    else if (response.kind === "whole") this.#settle(running, { payload: response.body, contentType: response.contentType });
    this.#observer.settling(this);
  }

  beginResponse(requestId: string, head: ResponseHead): ResponseSink {
    const running = this.#take("response-begin", requestId);
    return running.beginResponse(head, {
      onAnswer: (answer) => {
        this.#move("response-end");
        this.#settle(running, answer);
        this.#observer.settling(this);
      },
      onFailure: (failure) => {
        this.#move("response-end");
        this.#fail(running, failure);
        this.#observer.settling(this);
      },
    });
  }

  fail(requestId: string, error: ReportedError): void {
    this.#fail(this.#take("error", requestId), reported(error));
    this.#observer.settling(this);
  }

  failInit(error: ReportedError): void {
    this.#reset("init-error", () => reported(error));
  }

  violate(reason: string): void {
    if (this.#ending !== undefined) return;
    this.#log.platform(fault(`Runtime ended, it broke the protocol: ${reason}`));
    // As if it had been killed: nothing that it says from now on can be relied on.
    const exit = { exitCode: undefined, signal: "SIGKILL", outOfMemory: false };
    this.#reset("exit", (requestId) => exited(requestId, exit));
  }

  // What happens to it.

  #startRun(): void {
    this.#reporter.initStarted(this.#initPhase);
    this.#processes.start();
  }

  /** Extensions that watch the runtime may wait for this before they ask for their next event. */
  #tellOfRuntime(): void {
    if (this.#state === "held") {
      // Every line that was printed before is in the pipe by now.
      this.#processes.drain();
      this.#reporter.runtimeDone();
    } else if (awaitsExtensions(this.#state)) {
      this.#reporter.runtimeInitialised(this.#initPhase, success);
    }
  }

  /** Fewer extensions may be waited for. */
  #onProgress(): void {
    this.#processes.progress();
    this.#settleWithExtensions();
  }

  /** The runtime asks for an event: goes on once every extension does. */
  #settleWithExtensions(): void {
    if (!awaitsExtensions(this.#state) || !this.#extensions.isSettled) return;
    const before = this.#state;
    this.#move("settled");
    const running = this.#running;
    if (before === "held") this.#endHeldInvoke();
    else this.#endInit(success);
    if (before === "reinitialised" && running !== undefined) {
      // The init belongs to the invoke, whose duration it is part of.
      this.#dispatch(running.invocation);
      return;
    }
    running?.tell();
    running?.end();
    this.#running = undefined;
    const { sandbox } = this.#processes;
    // An inspector must answer also between invokes.
    if (sandbox !== undefined && !this.isInspected) this.#freezer.rest(sandbox);
    this.#observer.available(this);
  }

  #dispatch(invocation: Invocation): void {
    this.#freezer.wake();
    if (this.#extensions.holdInvokes) this.#extensions.dispatch(invokeEvent(invocation));
    this.#poller?.deliver(invocation);
  }

  #onRefused(error: unknown): void {
    if (!isInitialising(this.#state)) return;
    if (error instanceof Fault && isStartFault(error)) {
      this.#reset("exit", (requestId) => failedWith(requestId, error.code, error.message));
      return;
    }
    this.#fault = error;
    this.#move("stop");
    this.#abandon(error);
    void this.#end("failure");
  }

  #onExit(failureFor: (requestId: string) => Failure): void {
    if (this.#ending === undefined) this.#reset("exit", failureFor);
  }

  #onTimeout(): void {
    this.#reset("timeout", (requestId) => timedOut(requestId, this.#timeoutMs / 1000));
  }

  /** The runtime is of no use any more: ends it, and fails what it was at. */
  #reset(event: "init-error" | "timeout" | "exit", failureFor: (requestId: string) => Failure): void {
    const before = this.#state;
    this.#move(event);
    this.#observer.resetting(this);
    const running = this.#running;
    const failure = failureFor(running?.invocation.requestId ?? "");
    this.#processes.drain();
    if (isInitialising(before)) this.#endInit(failure.report);
    if (running?.isSettled === false) this.#fail(running, failure);
    else if (running !== undefined) this.#failAfterwards(running, failure);
    this.#running = undefined;
    // Lines that ask the sandbox for its memory are made while it is there.
    this.#reporter.report(before === "held");
    running?.tell();
    running?.end();
    this.#log.flush();
    void this.#end(event === "timeout" ? "timeout" : "failure");
  }

  get #initPhase(): InitPhase {
    return this.#running === undefined ? "init" : "invoke";
  }

  #endInit(outcome: Outcome): void {
    this.#initTimer?.cancel();
    this.#reporter.extensions(this.#extensions.views);
    this.#reporter.initEnded(this.#initPhase, outcome, this.#processes.sandbox);
    this.#processes.initEnded();
  }

  /** The invoke that `requestId` answers. */
  #take(event: "response-begin" | "response" | "error", requestId: string): RunningInvoke {
    // The request is checked before the transition, but before any invoke there is nothing to compare it with.
    if (this.#requestId !== undefined && requestId !== this.#requestId) throw invalidRequestId();
    this.#move(event);
    if (this.#running === undefined) throw invalidRequestId();
    return this.#running;
  }

  #fail(running: RunningInvoke, failure: Failure): void {
    this.#processes.drain();
    this.#tellFault(running, failure);
    this.#settle(running, { payload: failure.payload, failure });
  }

  /** Whoever called has the answer and keeps it; the log tells how the invoke ended. */
  #failAfterwards(running: RunningInvoke, failure: Failure): void {
    this.#tellFault(running, failure);
    this.#reporter.failedAfterwards(failure.report);
  }

  #tellFault({ invocation }: RunningInvoke, { fault: words }: Failure): void {
    const text = words?.(invocation.requestId, this.#parts.clock.now());
    if (text !== undefined) this.#log.platform(fault(text));
  }

  #settle(running: RunningInvoke, answer: Answer): void {
    this.#reporter.answered(running.settle(answer), this.#processes.sandbox);
    // What it prints until it asks for the next event belongs to this one, as do the extensions: a tail waits for both.
    const isHeld = this.#state === "responded";
    if (!isHeld) {
      this.#processes.drain();
      this.#reporter.report();
    }
    if (!isHeld || !running.wantsTail) running.tell();
  }

  #endHeldInvoke(): void {
    const isHeld = this.#extensions.holdInvokes;
    // What the runtime had printed was taken when it asked for its next event; extensions went on.
    if (isHeld) this.#processes.drain();
    this.#reporter.report(isHeld);
  }

  /** Lets go of a running invoke without an outcome: the host failed, or is stopping. */
  #abandon(reason: unknown): void {
    const running = this.#running;
    this.#running = undefined;
    this.#initTimer?.cancel();
    this.#reporter.report();
    running?.abandon(reason);
  }

  #end(reason: ShutdownReason): Promise<void> {
    this.#ending ??= this.#endRun(reason);
    return this.#ending;
  }

  async #endRun(reason: ShutdownReason): Promise<void> {
    this.#freezer.forget();
    try {
      if (this.#state === "resetting") await this.#processes.reset(reason);
      // Also when that was meanwhile asked for.
      if (this.#state === "stopping") await this.#processes.close(reason);
    } catch (error) {
      // The host cannot end it: it must not be used again.
      this.#fault ??= error;
      this.#move("stop");
    }
    this.#poller = undefined;
    this.#ending = undefined;
    this.#move("gone");
    if (this.#state === "reset") this.#observer.available(this);
    else this.#onStopped();
  }

  #onStopped(): void {
    this.#limit.close();
    this.#log.close();
    this.#observer.ended(this, this.#fault);
  }

  /** INVARIANT: nothing else sets the state. What the table does not have throws before anything has changed. */
  #move(event: EnvironmentEvent): void {
    this.#state = nextState(this.#state, event);
  }
}

const invokeEvent = ({ deadlineMs, requestId, invokedArn, trace }: Invocation): ExtensionEvent => ({
  eventType: "INVOKE",
  deadlineMs: Math.floor(deadlineMs),
  requestId,
  invokedFunctionArn: invokedArn,
  ...(trace === undefined ? {} : { tracing: { type: "X-Amzn-Trace-Id", value: trace } }),
});
