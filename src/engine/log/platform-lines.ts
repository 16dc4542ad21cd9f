// The lines that Lambda itself writes into a function's log, text format. Fields are separated by tabs.
// https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html

export type ReportStatus =
  | { readonly status: "success" }
  | { readonly status: "timeout" }
  | { readonly status: "error"; readonly errorType: string };

export interface ReportFacts {
  readonly requestId: string;
  readonly durationMs: number;
  /** Only for the first invoke after an init of its own. */
  readonly initDurationMs: number | undefined;
  readonly memoryMiB: number;
  readonly peakMemoryBytes: number;
  readonly outcome: ReportStatus;
}

export interface InitReportFacts {
  readonly durationMs: number;
  readonly phase: "init" | "invoke";
  readonly outcome: ReportStatus;
}

const bytesPerMiB = 1024 * 1024;

export const initStartLine = (runtimeVersion: string, region: string, versionHash: string): string =>
  `INIT_START Runtime Version: ${runtimeVersion}\tRuntime Version ARN: arn:aws:lambda:${region}::runtime:${versionHash}`;

export const startLine = (requestId: string, version: string): string => `START RequestId: ${requestId} Version: ${version}`;

export const endLine = (requestId: string): string => `END RequestId: ${requestId}`;

/** Ends in a tab, as AWS's does. */
export function reportLine(facts: ReportFacts): string {
  // Init is billed since August 2025.
  const billedMs = Math.ceil(facts.durationMs + (facts.initDurationMs ?? 0));
  const init = facts.initDurationMs === undefined ? "" : `Init Duration: ${facts.initDurationMs.toFixed(2)} ms\t`;
  return (
    `REPORT RequestId: ${facts.requestId}\tDuration: ${facts.durationMs.toFixed(2)} ms\t` +
    `Billed Duration: ${billedMs} ms\tMemory Size: ${facts.memoryMiB} MB\t` +
    `Max Memory Used: ${Math.ceil(facts.peakMemoryBytes / bytesPerMiB)} MB\t${init}${statusFields(facts.outcome, "\t")}`
  );
}

export const initReportLine = (facts: InitReportFacts): string =>
  `INIT_REPORT Init Duration: ${facts.durationMs.toFixed(2)} ms\tPhase: ${facts.phase}\t${statusFields(facts.outcome, "")}`;

/** Log filters in use look for this text. */
export const timedOutLine = (timeMs: number, requestId: string, seconds: string): string =>
  `${new Date(timeMs).toISOString()} ${requestId} Task timed out after ${seconds} seconds`;

function statusFields(outcome: ReportStatus, end: string): string {
  switch (outcome.status) {
    case "success":
      return "";
    case "timeout":
      return `Status: timeout${end}`;
    case "error":
      return `Status: error\tError Type: ${outcome.errorType}${end}`;
    default:
      return outcome satisfies never;
  }
}
