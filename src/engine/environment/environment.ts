// One execution environment: the lifecycle table brought to life. It owns a sandbox (whose files outlive a reset), its
// log stream and its credentials, and runs one event at a time.
import type { Timer, Timers } from "../../core/clock.ts";
import { formatFunctionArn } from "../../core/arn.ts";
import type { SessionCredentials } from "../../core/credentials.ts";
import { Fault } from "../../core/faults.ts";
import type { FunctionVersion } from "../../functions/function-version.ts";
import type { Sandbox, SandboxExit } from "../../sandbox/sandbox.ts";
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
import { CollectedResponse } from "./collected-response.ts";
import type { EnvironmentParts, EnvironmentPlan, InvocationRequest, Settlement } from "./environment-parts.ts";
import { errorTypeOf, exited, extensionFailed, failedWith, reported, responseFailure, timedOut, type Failure } from "./failure.ts";
import { environmentStopped, invalidRequestId } from "./faults.ts";
import { Extensions, type ExtensionFunction } from "./extensions.ts";
import { Freezer } from "./freezer.ts";
import { awaitsExtensions, isInitialising, nextState, takesInvoke, type EnvironmentEvent, type EnvironmentState } from "./lifecycle.ts";
import { Reporter } from "./reporter.ts";
import { ReceiverSink, type ResponseReceiver } from "./response.ts";
import { Run } from "./run.ts";

/** Who is told what an environment may be used for: the pool of its version. */
export interface EnvironmentObserver {
  /** It takes an invoke now. */
  available(environment: Environment): void;
  /** While it waited for an invoke its runtime ended; `available` follows. */
  unavailable(environment: Environment): void;
  /** It has answered and will be available soon, as a rule within the same millisecond. */
  settling(environment: Environment): void;
  /** Nothing is left of it. `fault`: why it never became available. */
  ended(environment: Environment, fault: unknown): void;
}

interface Running {
  readonly invocation: Invocation;
  readonly logTail: boolean;
  readonly receiver: ResponseReceiver | undefined;
  readonly startedMs: number;
  readonly timer: Timer;
  readonly resolve: (settlement: Settlement) => void;
  readonly reject: (reason: unknown) => void;
  /** Once the guest has begun to stream its response. */
  streamed: { readonly latencyMs: number; readonly sink: ReceiverSink } | undefined;
  settled: boolean;
  /** Sends an answer that waits for the runtime and extensions to be done: its log tail has the REPORT line. */
  answerHeld: (() => void) | undefined;
}

interface Answer {
  readonly payload: Uint8Array;
  readonly contentType?: string | undefined;
  readonly failure?: Failure;
}

/** https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html#runtimes-lifecycle-ib */
const onDemandInitMs = 10_000;
/** Where no invoke waits for it; the function's timeout if that is longer. */
const provisionedInitMs = 130_000;

export class Environment implements RuntimePort {
  readonly id: string;
  readonly #parts: EnvironmentParts;
  readonly #plan: EnvironmentPlan;
  readonly #observer: EnvironmentObserver;
  readonly #timeoutMs: number;
  /** For the limits of init and invoke. */
  readonly #timers: Timers;
  readonly #credentials: SessionCredentials;
  readonly #log: EnvironmentLog;
  readonly #reporter: Reporter;
  #state: EnvironmentState = "initialising";
  /** Its files outlive a reset. */
  #sandbox: Sandbox | undefined;
  #starting: Promise<void> | undefined;
  #run: Run | undefined;
  readonly #extensions: Extensions;
  readonly #freezer: Freezer;
  /** Where the guest asked for its next event. */
  #poller: EventReceiver | undefined;
  #initTimer: Timer | undefined;
  #running: Running | undefined;
  /** The last one, also after its answer: what a second answer is measured by. */
  #requestId: string | undefined;
  #ending: Promise<void> | undefined;
  #fault: unknown;

  constructor(parts: EnvironmentParts, plan: EnvironmentPlan, observer: EnvironmentObserver) {
    const { id, configuration } = plan.version;
    this.id = parts.ids.hex(16);
    this.#parts = parts;
    this.#plan = plan;
    this.#observer = observer;
    this.#timeoutMs = configuration.timeoutSeconds * 1000;
    this.#timers = plan.timers ?? parts.clock;
    this.#credentials = parts.credentials.issue(configuration.role, { sessionName: id.name, functionArn: formatFunctionArn(id) });
    this.#log = openEnvironmentLog(parts, plan.version, this.id);
    this.#extensions = new Extensions(parts.ids, describe(plan.version), () => this.#onProgress());
    this.#freezer = new Freezer(parts.clock);
    this.#reporter = new Reporter(this.#log, parts.clock, plan);
  }

  get takesInvoke(): boolean {
    return takesInvoke(this.#state);
  }

  /** Whether the runtime waits for an event, so that an invoke needs no init. */
  get isWarm(): boolean {
    return this.#state === "idle";
  }

  get #isProvisioned(): boolean {
    return this.#plan.initializationType === "provisioned-concurrency";
  }

  /** Begins the first init; the observer hears how it ends. Once. */
  start(): void {
    const initTimeoutMs = this.#isProvisioned ? Math.max(provisionedInitMs, this.#timeoutMs) : onDemandInitMs;
    this.#initTimer = this.#timers.after(initTimeoutMs, () => this.#reset("timeout", () => timedOut("", initTimeoutMs / 1000)));
    this.#startProcess();
  }

  /** Runs one event. Rejects only when the host fails or the environment is stopped. */
  invoke(request: InvocationRequest): Promise<Settlement> {
    this.#move("invoke");
    const { clock } = this.#parts;
    return new Promise((resolve, reject) => {
      const { requestId, invokedArn, trace, clientContext, payload, logTail, receiver } = request;
      // From here: an init that is repeated inside the invoke takes its time from the invoke's.
      const deadlineMs = clock.now() + this.#timeoutMs;
      const invocation: Invocation = { requestId, deadlineMs, invokedArn, trace, clientContext, payload };
      const startedMs = clock.monotonic();
      const timer = this.#timers.after(this.#timeoutMs, () => this.#onTimeout());
      this.#running = { invocation, logTail, receiver, startedMs, timer, resolve, reject, streamed: undefined, settled: false, answerHeld: undefined };
      this.#requestId = requestId;
      if (logTail) this.#log.beginTail();
      this.#reporter.started(requestId, trace);
      if (this.#state === "reinitialising") this.#startProcess();
      else this.#dispatch(invocation);
    });
  }

  /** Kills all of it; a running invoke is rejected. Resolves when nothing is left. May be called again. */
  async stop(): Promise<void> {
    if (this.#state === "stopped") return;
    this.#move("stop");
    this.#abandon(environmentStopped());
    await this.#end("spindown");
  }

  // What the guest says. Each throws a Fault at the wrong time.

  next(receiver: EventReceiver): void {
    this.#move("next");
    if (this.#poller !== receiver) this.#welcome(receiver);
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
    const collected = new CollectedResponse();
    const receiver = running.receiver ?? collected;
    receiver.begin(head);
    const sink = new ReceiverSink(receiver, {
      requestId,
      isOver: () => running.settled,
      onEnd: () => {
        this.#move("response-end");
        this.#settle(running, { payload: collected.bytes(), contentType: head.contentType });
        this.#observer.settling(this);
      },
      onFailure: (failure) => {
        this.#move("response-end");
        this.#fail(running, failure);
        this.#observer.settling(this);
      },
    });
    running.streamed = { latencyMs: this.#parts.clock.monotonic() - running.startedMs, sink };
    return sink;
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
    this.#onExit({ exitCode: undefined, signal: "SIGKILL", outOfMemory: false });
  }

  // What happens to it.

  #startProcess(): void {
    this.#reporter.initStarted(this.#initPhase);
    this.#starting = this.#start();
    this.#starting.catch((error: unknown) => this.#onRefused(error));
  }

  async #start(): Promise<void> {
    const { driver, clock, ids } = this.#parts;
    const { version, runtime, taskRoot, optRoot } = this.#plan;
    const { memoryMiB, ephemeralStorageMiB } = version.configuration;
    this.#sandbox ??= await driver.open({ id: this.id, taskRoot, optRoot, runtimeDir: runtime.runtimeDir, memoryMiB, ephemeralStorageMiB });
    // It may be over before it has begun.
    if (!isInitialising(this.#state)) return;
    const run = new Run(this.#sandbox, this.#plan, {
      clock,
      ids,
      log: this.#log,
      extensions: this.#extensions,
      port: this,
      credentials: this.#credentials,
      endpoint: this.#parts.endpoint(),
      onRuntimeExit: (exit) => this.#onExited(run, exit),
      onExtensionExit: (name, exit) => this.#onExtensionExit(run, name, exit),
    });
    this.#run = run;
    await run.start();
  }

  /** Fewer extensions may be waited for. */
  #onProgress(): void {
    this.#run?.progress();
    this.#settleWithExtensions();
  }

  /** The runtime asks for an event: goes on once every extension does. */
  #settleWithExtensions(): void {
    if (!awaitsExtensions(this.#state) || !this.#extensions.isSettled) return;
    const before = this.#state;
    this.#move("settled");
    const running = this.#running;
    if (before === "held") this.#report(this.#extensions.holdInvokes);
    else this.#endInit(success);
    if (before === "reinitialised" && running !== undefined) {
      // The init belongs to the invoke, whose duration it is part of.
      this.#dispatch(running.invocation);
      return;
    }
    running?.answerHeld?.();
    running?.timer.cancel();
    this.#running = undefined;
    // An inspector must answer also between invokes.
    if (this.#sandbox !== undefined && this.#plan.inspectorPort === undefined) this.#freezer.rest(this.#sandbox);
    this.#observer.available(this);
  }

  #dispatch(invocation: Invocation): void {
    this.#freezer.wake();
    if (this.#extensions.holdInvokes) this.#extensions.dispatch(invokeEvent(invocation));
    this.#poller?.deliver(invocation);
  }

  #onExited(run: Run, exit: SandboxExit): void {
    const apply = (): void => {
      if (this.#run === run) this.#onExit(exit);
    };
    // What the guest sent last over HTTP may still lie in its socket; an idle one has nothing to say.
    if (this.#state === "idle") apply();
    else setImmediate(apply);
  }

  #onExtensionExit(run: Run, name: string, exit: SandboxExit): void {
    if (this.#run !== run) return;
    const errorType = this.#extensions.exited(name);
    if (this.#ending === undefined) this.#reset("exit", (requestId) => extensionFailed(requestId, errorType, exit));
  }

  #onRefused(error: unknown): void {
    if (!isInitialising(this.#state)) return;
    if (error instanceof Fault && startFaults.has(error.code)) {
      this.#reset("exit", (requestId) => failedWith(requestId, error.code, error.message));
      return;
    }
    this.#fault = error;
    this.#move("stop");
    this.#abandon(error);
    void this.#end("failure");
  }

  #onExit(exit: SandboxExit): void {
    if (this.#ending !== undefined || this.#state === "reset") return;
    // An internal extension has no process of its own to end with.
    const { failure } = this.#extensions;
    this.#reset("exit", (requestId) => (failure === undefined ? exited(requestId, exit) : extensionFailed(requestId, failure, exit)));
  }

  #onTimeout(): void {
    this.#reset("timeout", (requestId) => timedOut(requestId, this.#timeoutMs / 1000));
  }

  /** The runtime is of no use any more: ends it, and fails what it was at. */
  #reset(event: "init-error" | "timeout" | "exit", failureFor: (requestId: string) => Failure): void {
    const before = this.#state;
    this.#move(event);
    if (before === "idle") this.#observer.unavailable(this);
    const running = this.#running;
    const failure = failureFor(running?.invocation.requestId ?? "");
    this.#run?.drain();
    if (isInitialising(before)) this.#endInit(failure.report);
    if (running?.settled === false) this.#fail(running, failure);
    running?.timer.cancel();
    this.#running = undefined;
    // Lines that ask the sandbox for its memory are made while it is there.
    this.#reporter.report(before === "held");
    running?.answerHeld?.();
    this.#log.flush();
    void this.#end(event === "timeout" ? "timeout" : "failure");
  }

  get #initPhase(): InitPhase {
    return this.#running === undefined ? "init" : "invoke";
  }

  #endInit(outcome: Outcome): void {
    this.#initTimer?.cancel();
    for (const { name, state, events, errorType } of this.#extensions.views) {
      this.#log.platform({ type: "platform.extension", record: { name, state, events, errorType } });
    }
    this.#reporter.initEnded(this.#initPhase, outcome, this.#sandbox);
  }

  /** The invoke that `requestId` answers. */
  #take(event: "response-begin" | "response" | "error", requestId: string): Running {
    // The request is checked before the transition, but before any invoke there is nothing to compare it with.
    if (this.#requestId !== undefined && requestId !== this.#requestId) throw invalidRequestId();
    this.#move(event);
    if (this.#running === undefined) throw invalidRequestId();
    return this.#running;
  }

  #fail(running: Running, failure: Failure): void {
    const { clock } = this.#parts;
    this.#run?.drain();
    const text = failure.fault?.(running.invocation.requestId, clock.now());
    if (text !== undefined) this.#log.platform(fault(text));
    this.#settle(running, { payload: failure.payload, failure });
  }

  #settle(running: Running, { payload, contentType, failure }: Answer): void {
    const { invocation, startedMs, streamed } = running;
    const { requestId, trace } = invocation;
    const durationMs = Math.min(this.#parts.clock.monotonic() - startedMs, this.#timeoutMs);
    running.settled = true;
    // A fault means that the runtime gave no answer of its own.
    const latencyMs = streamed?.latencyMs ?? (failure?.fault === undefined ? durationMs : undefined);
    const producedBytes = streamed?.sink.bytes ?? payload.length;
    const outcome = failure?.report ?? success;
    this.#reporter.answered({ requestId, trace, startedMs, latencyMs, durationMs, producedBytes, outcome }, this.#sandbox);
    // What it prints until it asks for the next event belongs to this one, as do the extensions: a tail waits for both.
    const isHeld = this.#state === "responded";
    if (!isHeld) this.#report();
    const functionError = failure === undefined ? undefined : "Unhandled";
    const errorType = failure === undefined ? undefined : errorTypeOf(failure);
    const answer = (): void => {
      const logTail = running.logTail ? this.#log.endTail() : undefined;
      running.resolve({ payload, contentType, functionError, errorType, logTail });
    };
    if (isHeld && running.logTail) running.answerHeld = answer;
    else answer();
  }

  /** Every line that was printed before is in the pipe by now. */
  #report(isHeld = false): void {
    this.#run?.drain();
    this.#reporter.report(isHeld);
  }

  /** Lets go of a running invoke without an outcome: the host failed, or is stopping. */
  #abandon(reason: unknown): void {
    const running = this.#running;
    this.#running = undefined;
    this.#initTimer?.cancel();
    this.#reporter.report();
    running?.answerHeld?.();
    running?.timer.cancel();
    if (running?.settled === false) running.reject(reason);
  }

  #end(reason: ShutdownReason): Promise<void> {
    this.#ending ??= this.#endRun(reason);
    return this.#ending;
  }

  async #endRun(reason: ShutdownReason): Promise<void> {
    this.#freezer.forget();
    // A start that was refused is dealt with by #onRefused.
    const starting = this.#starting?.catch(() => undefined);
    await this.#run?.end(reason);
    await starting;
    try {
      if (this.#state === "resetting") await this.#sandbox?.kill();
      if (this.#state === "stopping") await this.#sandbox?.close();
    } catch (error) {
      // The host cannot end it: it must not be used again.
      this.#fault ??= error;
      this.#move("stop");
    }
    this.#run = undefined;
    this.#extensions.clear();
    this.#poller = undefined;
    this.#starting = undefined;
    this.#ending = undefined;
    this.#move("gone");
    if (this.#state === "reset") this.#observer.available(this);
    else this.#onStopped();
  }

  #onStopped(): void {
    this.#log.close();
    this.#parts.credentials.revoke(this.#credentials.accessKeyId);
    this.#observer.ended(this, this.#fault);
  }

  /** INVARIANT: nothing else sets the state. What the table does not have throws before anything has changed. */
  #move(event: EnvironmentEvent): void {
    this.#state = nextState(this.#state, event);
  }
}

const startFaults: ReadonlySet<string> = new Set(["Runtime.InvalidEntrypoint", "Extension.LaunchError"]);

const describe = ({ id, version, configuration }: FunctionVersion): ExtensionFunction => ({
  functionName: id.name,
  functionVersion: version,
  handler: configuration.handler ?? "",
  accountId: id.account,
});

const invokeEvent = ({ deadlineMs, requestId, invokedArn, trace }: Invocation): ExtensionEvent => ({
  eventType: "INVOKE",
  deadlineMs: Math.floor(deadlineMs),
  requestId,
  invokedFunctionArn: invokedArn,
  ...(trace === undefined ? {} : { tracing: { type: "X-Amzn-Trace-Id", value: trace } }),
});
