// What a runtime client is to the matrix (matrix.case.ts) and to docs/languages.md: one description for both, in clients/.
import type { FunctionConfiguration } from "../../src/functions/function-version.ts";

/** In the order of the columns of docs/languages.md. */
export const matrixCases = [
  "echo",
  "context",
  "error",
  "uncaught",
  "exit",
  "timeout",
  "large payload",
  "init error",
  "streaming",
  "stream error",
  "logging",
  "concurrency",
] as const;
export type MatrixCase = (typeof matrixCases)[number];

/** What a handler can tell of its invoke. */
export const contextFields = [
  "requestId",
  "arn",
  "functionName",
  "functionVersion",
  "memoryMiB",
  "logGroup",
  "logStream",
  "remainingMs",
  "trace",
  "custom",
] as const;
export type ContextField = (typeof contextFields)[number];

export interface ExpectedError {
  readonly errorType: string;
  readonly errorMessage: string | RegExp;
  /** All other members of the payload. */
  readonly more?: readonly string[];
}

/**
 * A client, and what it makes of the matrix's function, which does what its event says in `do`:
 *
 * - `echo` returns `value`; `length` the number of characters of `value`; `large` a string of `bytes` x
 * - `context` returns an object of `contextFields`, as numbers or strings; `custom` is the client context's `custom.key`
 * - `error` fails with the message "no"; `uncaught` in the way that the language's handlers must not
 * - `exit` ends the process with status 7; `wait` takes a minute
 * - `pause` takes `pauseMs` and returns the request id (of clients that are `concurrent`)
 * - `log` writes `line` by the language's usual means
 * - `stream` (of the streaming handler) writes `chunks` times "chunk <n>\n", `pauseMs` apart; with `fails` it fails then with "no"
 */
export interface RuntimeClient {
  readonly language: string;
  /** Package and version as its registry has them; or whose bootstrap of `guest/`. */
  readonly client: string;
  /** What is deployed, and under which runtime. */
  readonly runs: string;
  /** Rejects with `Missing` where this machine has no toolchain for it. */
  readonly build: () => Promise<{ readonly folder: string; readonly configuration: Partial<FunctionConfiguration> }>;
  /** `stream` where streaming needs one of its own; `broken` fails while it is loaded. */
  readonly handlers: { readonly cases: string; readonly stream?: string; readonly broken: string };
  /** Seconds in which its init and an invoke fit: the timeout that is tried. Default 1. */
  readonly lateAfterSeconds?: number;
  /** What its context does not tell. */
  readonly contextLacks?: readonly ContextField[];
  readonly error: ExpectedError;
  readonly uncaught: ExpectedError;
  readonly initError: ExpectedError;
  /** Variables under which it takes several events at once (AWS_LAMBDA_MAX_CONCURRENCY); left out: it takes one at a time. */
  readonly concurrent?: Readonly<Record<string, string>>;
  /** How a line looks in the log. */
  readonly logged: (line: string, requestId: string) => RegExp;
  /** Cases that this client has no part in, and why. */
  readonly without?: Readonly<Partial<Record<MatrixCase, string>>>;
}

/** Why a client has no part in a case; undefined: it has. What cannot stream cannot fail in a stream. */
export function whyWithout({ without, concurrent }: RuntimeClient, name: MatrixCase): string | undefined {
  if (name === "concurrency" && concurrent === undefined) return without?.[name] ?? "It takes one event at a time";
  return without?.[name] ?? (name === "stream error" ? without?.streaming : undefined);
}

export const exitStatus = (status: number): ExpectedError => ({
  errorType: "Runtime.ExitError",
  errorMessage: new RegExp(`^RequestId: [0-9a-f-]{36} Error: Runtime exited with error: exit status ${status}$`),
});
