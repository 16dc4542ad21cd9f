// What the two error routes have in common: the error as the runtime reports it, in either of two forms. What is for
// traces is taken out of it; the rest reaches the caller.
import type { RequestHead } from "../http/request-head.ts";
import type { ReportedError } from "../runtime-port.ts";
import { errorCauseOf, errorCauseOfJson } from "./error-cause.ts";

const withCause = "application/vnd.aws.lambda.error.cause+json";

export function reportedError({ headers }: RequestHead, body: Uint8Array): ReportedError {
  const errorType = headers.get("lambda-runtime-function-error-type") ?? "";
  if (headers.get("content-type") === withCause) return { errorType, ...splitCause(body) };
  const cause = headers.get("lambda-runtime-function-xray-error-cause");
  // Header values are read as one character a byte.
  const xrayCause = cause === undefined ? undefined : errorCauseOfJson(Buffer.from(cause, "latin1").toString("utf8"));
  return { errorType, body, ...(xrayCause === undefined ? {} : { xrayCause }) };
}

/** Of `{"errorMessage","errorType","stackTrace","errorCause"}` the caller gets all but the cause. */
function splitCause(bytes: Uint8Array): Pick<ReportedError, "body" | "xrayCause"> {
  const sent = parse(bytes);
  if (typeof sent !== "object" || sent === null || Array.isArray(sent)) return { body: Buffer.from('"Invalid error body"') };
  const member = (name: string): unknown => (Object.hasOwn(sent, name) ? Reflect.get(sent, name) : undefined);
  const [errorMessage = "", errorType = "", stackTrace] = ["errorMessage", "errorType", "stackTrace"].map(member);
  return { body: Buffer.from(JSON.stringify({ errorMessage, errorType, stackTrace })), ...causeMember(member("errorCause")) };
}

function causeMember(sent: unknown): Pick<ReportedError, "xrayCause"> {
  const xrayCause = errorCauseOf(sent);
  return xrayCause === undefined ? {} : { xrayCause };
}

/** Undefined for what is not JSON. */
function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString("utf8"));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return undefined;
  }
}
