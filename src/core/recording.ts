// An event that ran and what came of it, as a file that people read, keep with their code and run again.
import { parseExactly, unusualNumber } from "./exact-json.ts";

export interface Recording {
  /** Version of this form. */
  readonly lambentRecording: 1;
  readonly function: string;
  /** As the caller gave it; left out: none. */
  readonly qualifier?: string;
  readonly clientContext?: string;
  /** ISO 8601. */
  readonly recordedAt: string;
  readonly requestId: string;
  readonly executedVersion: string;
  readonly event: RecordedBody;
  readonly outcome: RecordedOutcome;
  readonly durationMs: number;
  /** The end of its log. */
  readonly log: string;
}

export interface RecordedOutcome {
  /** `Unhandled` when the function failed; the response is the error then. */
  readonly functionError?: string;
  readonly response: RecordedBody;
}

/** `leftOutBytes`: it was larger than what is kept, or its reader left early. */
export type RecordedBody = { readonly json: unknown } | { readonly base64: string } | { readonly leftOutBytes: number };

/** Largest event or response that is kept: what one invoke may carry as a whole. */
export const mostBodyBytes = 6 * 1024 * 1024 + 1024;

/** Reading numbers to the digit is slow: more characters than this take seconds at worst. */
const mostExactLength = 256 * 1024;

/** To the digit or byte by byte. */
export function recordedBody(bytes: Uint8Array): RecordedBody {
  if (bytes.length > mostBodyBytes) return { leftOutBytes: bytes.length };
  const encoded = { base64: Buffer.from(bytes).toString("base64") };
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    return text.length > mostExactLength && unusualNumber.test(text) ? encoded : { json: parseExactly(text) };
  } catch {
    // No JSON, no UTF-8, or nested beyond what a reader takes.
    return encoded;
  }
}

/** Undefined of what was left out. */
export function bytesOfBody(body: RecordedBody): Buffer | undefined {
  if ("json" in body) return Buffer.from(JSON.stringify(body.json));
  return "base64" in body ? Buffer.from(body.base64, "base64") : undefined;
}

export const formatRecording = (recording: Recording): string => `${JSON.stringify(recording, undefined, 2)}\n`;

/** Throws an Error that says what is wrong with it. */
export function parseRecording(text: string): Recording {
  const value = parseExactly(text);
  if (!isObject(value) || value["lambentRecording"] !== 1) throw new Error('is no recording: "lambentRecording" is not 1');
  const texts = ["function", "recordedAt", "requestId", "executedVersion", "log"].filter((name) => typeof value[name] !== "string");
  const optional = ["qualifier", "clientContext"].filter((name) => value[name] !== undefined && typeof value[name] !== "string");
  if (texts.length + optional.length > 0) throw new Error(`is no recording: ${[...texts, ...optional].join(", ")} must be text`);
  const { event, outcome, recordedAt, requestId } = value;
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(String(recordedAt)) || !/^[\w-]{1,64}$/.test(String(requestId))) {
    throw new Error("is no recording: recordedAt or requestId is none");
  }
  if (!isBody(event) || !isObject(outcome) || !isBody(outcome["response"])) throw new Error("is no recording: event or outcome is missing");
  return value as unknown as Recording;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === "object" && value !== null && !Array.isArray(value);

const isBody = (value: unknown): boolean =>
  isObject(value) && ("json" in value || typeof value["base64"] === "string" || typeof value["leftOutBytes"] === "number");
