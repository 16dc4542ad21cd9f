// What the platform tells of each init and invoke, with what it knows from before: the init that is reported once, the
// peak of memory. https://docs.aws.amazon.com/lambda/latest/dg/telemetry-api-reference.html
import { formatFunctionArn } from "../../core/arn.ts";
import type { Clock } from "../../core/clock.ts";
import type { Sandbox } from "../../sandbox/sandbox.ts";
import type { EnvironmentLog } from "../log/environment-log.ts";
import { tracingOf, type InitPhase, type Outcome, type Span } from "../log/platform-events.ts";
import type { ExtensionView } from "./extensions.ts";
import type { EnvironmentPlan } from "./environment-parts.ts";

/** Asking a sandbox for its memory costs more than a short invoke, which cannot have changed it by much. */
const shortInvokeMs = 2;
const sampleAgeMs = 50;
const bytesPerMiB = 1024 * 1024;

/** How the runtime answered an event, or failed to. */
export interface Answer {
  readonly requestId: string;
  readonly trace: string | undefined;
  /** When the invoke began, of a monotonic clock. */
  readonly startedMs: number;
  /** From then until the answer began; undefined: there was none. */
  readonly latencyMs: number | undefined;
  /** From then until it was complete. */
  readonly durationMs: number;
  readonly producedBytes: number;
  readonly outcome: Outcome;
}

/** Answered and not reported. */
interface Open {
  answer: Answer;
  readonly sandbox: Sandbox | undefined;
  /** When the runtime was through with it, of a monotonic clock; undefined: it may still be at it. */
  doneMs: number | undefined;
}

type ReporterPlan = Pick<EnvironmentPlan, "version" | "initializationType" | "runtime">;

export class Reporter {
  readonly #log: EnvironmentLog;
  readonly #clock: Clock;
  readonly #plan: ReporterPlan;
  #initStartedMs = 0;
  /** Whether the init that is in progress has got so far. */
  #isRuntimeInitialised = false;
  /** Of an init that no report has mentioned yet. */
  #initDurationMs: number | undefined;
  #peakMemoryBytes = 0;
  #sampledMs = Number.NEGATIVE_INFINITY;
  #open: Open | undefined;

  constructor(log: EnvironmentLog, clock: Clock, plan: ReporterPlan) {
    this.#log = log;
    this.#clock = clock;
    this.#plan = plan;
  }

  /** Of its environment, as far as anybody has asked; 0: nobody has. */
  get peakMemoryBytes(): number {
    return this.#peakMemoryBytes;
  }

  initStarted(phase: InitPhase): void {
    this.#initStartedMs = this.#clock.monotonic();
    this.#isRuntimeInitialised = false;
    const { initializationType, runtime, version } = this.#plan;
    this.#log.platform(() => ({
      type: "platform.initStart",
      record: {
        initializationType,
        phase,
        runtimeVersion: runtime.version,
        runtimeVersionArn: `arn:aws:lambda:${version.id.region}::runtime:${runtime.versionHash}`,
        functionName: version.id.name,
        functionVersion: version.version,
        instanceId: this.#log.stream.stream,
        instanceMaxMemory: version.configuration.memoryMiB * bytesPerMiB,
      },
    }));
  }

  extensions(views: readonly ExtensionView[]): void {
    for (const { name, state, events, errorType } of views) {
      this.#log.platform({ type: "platform.extension", record: { name, state, events, errorType } });
    }
  }

  /** The runtime is through with its init, which goes on until every extension is; or it failed. */
  runtimeInitialised(phase: InitPhase, outcome: Outcome): void {
    if (this.#isRuntimeInitialised) return;
    this.#isRuntimeInitialised = true;
    const { initializationType } = this.#plan;
    this.#log.platform({ type: "platform.initRuntimeDone", record: { initializationType, phase, ...outcome } });
  }

  initEnded(phase: InitPhase, outcome: Outcome, sandbox: Sandbox | undefined): void {
    this.runtimeInitialised(phase, outcome);
    const durationMs = this.#clock.monotonic() - this.#initStartedMs;
    const { initializationType } = this.#plan;
    const record = { initializationType, phase, ...outcome };
    this.#log.platform({ type: "platform.initReport", record: { ...record, metrics: { durationMs } } });
    // The first REPORT tells of an init on demand; one inside an invoke is part of its duration.
    if (sandbox !== undefined && outcome.status === "success") this.#sample(sandbox, durationMs);
    if (outcome.status !== "success" || initializationType !== "on-demand" || phase === "invoke") return;
    this.#initDurationMs = durationMs;
  }

  started(requestId: string, trace: string | undefined): void {
    const { id, version } = this.#plan.version;
    this.#log.platform(() => ({
      type: "platform.start",
      record: { requestId, functionArn: formatFunctionArn(id), version, tracing: tracingOf(trace) },
    }));
  }

  /** Nothing is told yet: `runtimeDone` and `report` follow, at once or when the runtime and its extensions are done. */
  answered(answer: Answer, sandbox: Sandbox | undefined): void {
    this.#open = { answer, sandbox, doneMs: undefined };
  }

  /** The runtime asks for the next event, or never will. Nothing happens when there is no invoke to tell of. */
  runtimeDone(): void {
    const open = this.#open;
    if (open === undefined || open.doneMs !== undefined) return;
    const doneMs = this.#clock.monotonic();
    open.doneMs = doneMs;
    // Where several invokes run at once, the report tells of all.
    if (this.#runsSeveral || !this.#log.wants("platform.runtimeDone")) return;
    const { answer } = open;
    this.#log.platform(() => ({
      type: "platform.runtimeDone",
      record: {
        requestId: answer.requestId,
        ...answer.outcome,
        spans: this.#runtimeSpans(answer, doneMs),
        metrics: { durationMs: answer.durationMs, producedBytes: answer.producedBytes },
        tracing: tracingOf(answer.trace),
      },
    }));
  }

  /** What was answered ends badly after all: its runtime or an extension takes too long, or crashes. Nothing happens without. */
  failedAfterwards(outcome: Outcome): void {
    const open = this.#open;
    if (open === undefined) return;
    open.answer = { ...open.answer, outcome };
    this.runtimeDone();
    open.answer = { ...open.answer, durationMs: this.#clock.monotonic() - open.answer.startedMs };
  }

  /** Ends the invoke, after `runtimeDone`. `isHeld`: extensions have held it until now, which counts as its duration. */
  report(isHeld = false): void {
    this.runtimeDone();
    const open = this.#open;
    if (open === undefined) return;
    this.#open = undefined;
    const { answer, sandbox, doneMs = 0 } = open;
    const [initDurationMs, nowMs] = [this.#initDurationMs, isHeld ? this.#clock.monotonic() : doneMs];
    const durationMs = isHeld ? nowMs - answer.startedMs : answer.durationMs;
    this.#initDurationMs = undefined;
    if (this.#log.wants("platform.end")) this.#log.platform({ type: "platform.end", record: { requestId: answer.requestId } });
    // Made when the log is written, after the reply, unless somebody waits for its tail.
    this.#log.platform(() => {
      const { requestId, outcome } = answer;
      const tracing = tracingOf(answer.trace);
      if (sandbox !== undefined) this.#sample(sandbox, durationMs);
      if (this.#runsSeveral) return { type: "platform.report", record: { requestId, metrics: { durationMs }, ...outcome, spans: this.#responseSpans(answer), tracing } };
      const metrics = {
        durationMs,
        // Init is billed since August 2025.
        billedDurationMs: Math.ceil(durationMs + (initDurationMs ?? 0)),
        memorySizeMB: this.#plan.version.configuration.memoryMiB,
        maxMemoryUsedMB: Math.ceil(this.#peakMemoryBytes / bytesPerMiB),
        initDurationMs,
      };
      const spans: readonly Span[] | undefined = isHeld ? [{ name: "extensionOverhead", start: this.#timeOf(doneMs), durationMs: nowMs - doneMs }] : undefined;
      return { type: "platform.report", record: { requestId, metrics, ...outcome, spans, tracing } };
    });
  }

  /** https://docs.aws.amazon.com/lambda/latest/dg/lambda-managed-instances.html */
  get #runsSeveral(): boolean {
    return this.#plan.initializationType === "lambda-managed-instances";
  }

  #sample(sandbox: Sandbox, durationMs: number): void {
    const nowMs = this.#clock.monotonic();
    if (durationMs < shortInvokeMs && nowMs - this.#sampledMs < sampleAgeMs) return;
    this.#sampledMs = nowMs;
    this.#peakMemoryBytes = Math.max(this.#peakMemoryBytes, sandbox.peakMemoryBytes());
  }

  /** A moment of the monotonic clock as RFC 3339. */
  #timeOf(monotonicMs: number): string {
    return new Date(this.#clock.now() - this.#clock.monotonic() + monotonicMs).toISOString();
  }

  #runtimeSpans(answer: Answer, doneMs: number): readonly Span[] | undefined {
    const spans = this.#responseSpans(answer);
    const answeredMs = answer.startedMs + answer.durationMs;
    return spans && [...spans, { name: "runtimeOverhead", start: this.#timeOf(answeredMs), durationMs: doneMs - answeredMs }];
  }

  /** Undefined for an invoke that was never answered. */
  #responseSpans({ startedMs, latencyMs, durationMs }: Answer): readonly Span[] | undefined {
    if (latencyMs === undefined) return undefined;
    return [
      { name: "responseLatency", start: this.#timeOf(startedMs), durationMs: latencyMs },
      { name: "responseDuration", start: this.#timeOf(startedMs + latencyMs), durationMs: durationMs - latencyMs },
    ];
  }
}
