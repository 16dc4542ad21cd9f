// END and REPORT of each invoke, with what they know from before: the init that is reported once, the peak of memory.
import type { Clock } from "../../core/clock.ts";
import type { Sandbox } from "../../sandbox/sandbox.ts";
import type { EnvironmentLog } from "../log/environment-log.ts";
import { endLine, reportLine, type ReportFacts } from "../log/platform-lines.ts";

/** Asking a sandbox for its memory costs more than a short invoke, which cannot have changed it by much. */
const shortInvokeMs = 2;
const sampleAgeMs = 50;

export class Reporter {
  /** Of an init that no report has mentioned yet. */
  #initDurationMs: number | undefined;
  readonly #log: EnvironmentLog;
  readonly #clock: Clock;
  readonly #memoryMiB: number;
  #peakMemoryBytes = 0;
  #sampledMs = Number.NEGATIVE_INFINITY;

  constructor(log: EnvironmentLog, clock: Clock, memoryMiB: number) {
    this.#log = log;
    this.#clock = clock;
    this.#memoryMiB = memoryMiB;
  }

  initialised(durationMs: number, sandbox: Sandbox | undefined): void {
    this.#initDurationMs = durationMs;
    if (sandbox !== undefined) this.#sample(sandbox, durationMs);
  }

  /** The lines are made when the log is written, after the reply, unless somebody waits for its tail. */
  report(facts: Pick<ReportFacts, "requestId" | "durationMs" | "outcome">, sandbox: Sandbox | undefined): void {
    const initDurationMs = this.#initDurationMs;
    this.#initDurationMs = undefined;
    this.#log.platform(() => endLine(facts.requestId));
    this.#log.platform(() => {
      if (sandbox !== undefined) this.#sample(sandbox, facts.durationMs);
      return reportLine({ ...facts, initDurationMs, memoryMiB: this.#memoryMiB, peakMemoryBytes: this.#peakMemoryBytes });
    });
  }

  #sample(sandbox: Sandbox, durationMs: number): void {
    const nowMs = this.#clock.monotonic();
    if (durationMs < shortInvokeMs && nowMs - this.#sampledMs < sampleAgeMs) return;
    this.#sampledMs = nowMs;
    this.#peakMemoryBytes = Math.max(this.#peakMemoryBytes, sandbox.peakMemoryBytes());
  }
}
