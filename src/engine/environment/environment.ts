// One execution environment: the lifecycle table brought to life. It owns a sandbox (whose files outlive a reset), its
// log stream and its credentials, and runs one event at a time.
import type { Timer, Timers } from "../../core/clock.ts";
import { formatFunctionArn } from "../../core/arn.ts";
import type { SessionCredentials } from "../../core/credentials.ts";
import { Fault } from "../../core/faults.ts";
import type { Sandbox, SandboxExit, SandboxProcess } from "../../sandbox/sandbox.ts";
import { EnvironmentLog } from "../log/environment-log.ts";
import { fault, success, type InitPhase, type Outcome } from "../log/platform-events.ts";
import { textFormat } from "../log/platform-lines.ts";
import type {
  EventReceiver,
  Invocation,
  ReportedError,
  ResponseHead,
  ResponseSink,
  RuntimeFront,
  RuntimePort,
  RuntimeResponse,
} from "../runtime-api/runtime-port.ts";
import { CollectedResponse } from "./collected-response.ts";
import type { EnvironmentParts, EnvironmentPlan, InvocationRequest, Settlement } from "./environment-parts.ts";
import { entrypointInvalid, errorTypeOf, exited, reported, responseFailure, timedOut, type Failure } from "./failure.ts";
import { environmentStopped, invalidRequestId } from "./faults.ts";
import { nextState, takesInvoke, type EnvironmentEvent, type EnvironmentState } from "./lifecycle.ts";
import { Reporter } from "./reporter.ts";
import { ReceiverSink, type ResponseReceiver } from "./response.ts";
import { startRuntimeProcess } from "./runtime-process.ts";

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
  #runtime: SandboxProcess | undefined;
  #fronts: RuntimeFront[] = [];
  /** Where the guest asked for its next event. */
  #poller: EventReceiver | undefined;
  #initTimer: Timer | undefined;
  #running: Running | undefined;
  /** The last one, also after its answer: what a second answer is measured by. */
  #requestId: string | undefined;
  #ending: Promise<void> | undefined;
  #fault: unknown;

  constructor(parts: EnvironmentParts, plan: EnvironmentPlan, observer: EnvironmentObserver) {
    const { id, version, configuration } = plan.version;
    this.id = parts.ids.hex(16);
    this.#parts = parts;
    this.#plan = plan;
    this.#observer = observer;
    this.#timeoutMs = configuration.timeoutSeconds * 1000;
    this.#timers = plan.timers ?? parts.clock;
    this.#credentials = parts.credentials.issue(configuration.role, { sessionName: id.name, functionArn: formatFunctionArn(id) });
    // As AWS names streams: YYYY/MM/DD/[VERSION]ID.
    const day = new Date(parts.clock.now()).toISOString().slice(0, 10).replaceAll("-", "/");
    const stream = { function: id, group: `/aws/lambda/${id.name}`, stream: `${day}/[${version}]${this.id}` };
    this.#log = new EnvironmentLog({ sink: parts.logs, stream, clock: parts.clock, format: textFormat });
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
      this.#running = { invocation, logTail, receiver, startedMs, timer, resolve, reject, streamed: undefined, settled: false };
      this.#requestId = requestId;
      if (logTail) this.#log.beginTail();
      this.#reporter.started(requestId, trace);
      if (this.#state === "reinitialising") this.#startProcess();
      else this.#poller?.deliver(invocation);
    });
  }

  /** Kills all of it; a running invoke is rejected. Resolves when nothing is left. May be called again. */
  async stop(): Promise<void> {
    if (this.#state === "stopped") return;
    this.#move("stop");
    this.#abandon(environmentStopped());
    await this.#end();
  }

  // What the guest says. Each throws a Fault at the wrong time.

  next(receiver: EventReceiver): void {
    const before = this.#state;
    this.#move("next");
    this.#poller = receiver;
    if (before === "idle") return;
    const running = this.#running;
    if (before === "reinitialising" && running !== undefined) {
      this.#endInit(success);
      // The init belongs to the invoke, whose duration it is part of.
      receiver.deliver(running.invocation);
      return;
    }
    if (before === "initialising") this.#endInit(success);
    else this.#reporter.report();
    running?.timer.cancel();
    this.#running = undefined;
    this.#observer.available(this);
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
        this.#move("response");
        this.#settle(running, { payload: collected.bytes(), contentType: head.contentType });
        this.#observer.settling(this);
      },
      onFailure: (failure) => {
        this.#move("error");
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
    this.#log.platform(fault(`Runtime ended, it broke the protocol: ${reason}`));
    // As if it had been killed: nothing that it says from now on can be relied on.
    this.#onExit({ exitCode: undefined, signal: "SIGKILL", outOfMemory: false });
  }

  // What happens to it.

  #startProcess(): void {
    this.#reporter.initStarted(this.#initPhase);
    this.#starting = this.#startRuntime();
    this.#starting.catch((error: unknown) => this.#onRefused(error));
  }

  async #startRuntime(): Promise<void> {
    const { driver, ids } = this.#parts;
    const { version, runtime, taskRoot, optRoot } = this.#plan;
    const { memoryMiB, ephemeralStorageMiB } = version.configuration;
    this.#sandbox ??= await driver.open({ id: this.id, taskRoot, optRoot, runtimeDir: runtime.runtimeDir, memoryMiB, ephemeralStorageMiB });
    const plan = { ...this.#plan, credentials: this.#credentials, endpoint: this.#parts.endpoint() };
    const onFront = (front: RuntimeFront): void => {
      // A run may be over before it has begun.
      if (this.#ending === undefined) this.#fronts.push(front);
      else front.close();
    };
    const process = await startRuntimeProcess(this.#sandbox, plan, { ids, log: this.#log, port: this, onFront });
    this.#runtime = process;
    void process.exited.then((exit) => this.#onExited(process, exit));
  }

  #onExited(process: SandboxProcess, exit: SandboxExit): void {
    const apply = (): void => {
      if (this.#runtime === process) this.#onExit(exit);
    };
    // What the guest sent last over HTTP may still lie in its socket; an idle one has nothing to say.
    if (this.#state === "idle") apply();
    else setImmediate(apply);
  }

  #onRefused(error: unknown): void {
    if (this.#state !== "initialising" && this.#state !== "reinitialising") return;
    if (error instanceof Fault && error.code === "Runtime.InvalidEntrypoint") {
      this.#reset("exit", (requestId) => entrypointInvalid(requestId, error.message));
      return;
    }
    this.#fault = error;
    this.#move("stop");
    this.#abandon(error);
    void this.#end();
  }

  #onExit(exit: SandboxExit): void {
    if (this.#ending === undefined && this.#state !== "reset") this.#reset("exit", (requestId) => exited(requestId, exit));
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
    this.#drain();
    if (before === "initialising" || before === "reinitialising") this.#endInit(failure.report);
    if (running?.settled === false) this.#fail(running, failure);
    running?.timer.cancel();
    this.#running = undefined;
    // Lines that ask the sandbox for its memory are made while it is there.
    this.#reporter.report();
    this.#log.flush();
    void this.#end();
  }

  get #initPhase(): InitPhase {
    return this.#running === undefined ? "init" : "invoke";
  }

  #endInit(outcome: Outcome): void {
    this.#initTimer?.cancel();
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
    this.#drain();
    const text = failure.fault?.(running.invocation.requestId, clock.now());
    if (text !== undefined) this.#log.platform(fault(text));
    this.#settle(running, { payload: failure.payload, failure });
  }

  #settle(running: Running, { payload, contentType, failure }: Answer): void {
    const { invocation, startedMs, streamed } = running;
    const { requestId, trace } = invocation;
    const durationMs = Math.min(this.#parts.clock.monotonic() - startedMs, this.#timeoutMs);
    running.settled = true;
    // Every line that was printed before the answer is in the pipe by now.
    this.#drain();
    // A fault means that the runtime gave no answer of its own.
    const latencyMs = streamed?.latencyMs ?? (failure?.fault === undefined ? durationMs : undefined);
    const producedBytes = streamed?.sink.bytes ?? payload.length;
    const outcome = failure?.report ?? success;
    this.#reporter.answered({ requestId, trace, startedMs, latencyMs, durationMs, producedBytes, outcome }, this.#sandbox);
    // Whoever sees when the runtime was done is told when it is, but a tail goes with the answer.
    if (running.logTail || !this.#log.wants("platform.runtimeDone")) this.#reporter.report();
    const logTail = running.logTail ? this.#log.endTail() : undefined;
    const functionError = failure === undefined ? undefined : "Unhandled";
    const errorType = failure === undefined ? undefined : errorTypeOf(failure);
    running.resolve({ payload, contentType, functionError, errorType, logTail });
  }

  /** Takes every line that was written before now. */
  #drain(): void {
    this.#runtime?.output.drain();
    this.#runtime?.log?.drain();
  }

  /** Lets go of a running invoke without an outcome: the host failed, or is stopping. */
  #abandon(reason: unknown): void {
    const running = this.#running;
    this.#running = undefined;
    this.#initTimer?.cancel();
    this.#reporter.report();
    running?.timer.cancel();
    if (running?.settled === false) running.reject(reason);
  }

  #end(): Promise<void> {
    this.#ending ??= this.#endProcess();
    return this.#ending;
  }

  async #endProcess(): Promise<void> {
    // A start that was refused is dealt with by #onRefused.
    const starting = this.#starting?.catch(() => undefined);
    for (const front of this.#fronts.splice(0)) front.close();
    await starting;
    try {
      // Without extensions the runtime gets no time to shut down.
      if (this.#state === "resetting") await this.#sandbox?.kill();
      if (this.#state === "stopping") await this.#sandbox?.close();
    } catch (error) {
      // The host cannot end it: it must not be used again.
      this.#fault ??= error;
      this.#move("stop");
    }
    this.#runtime = undefined;
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
