// The cause of an error as X-Ray takes it: `{"working_directory","exceptions":[{"type","message","stack"}],"paths":[]}`,
// https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html#api-segmentdocuments-errors.
// Members that are not of it are left out, and what is too long for a segment is cropped.

/** The most that X-Ray takes of a segment. */
export const mostCauseBytes = 64 * 1024;

/** Of working directory and message each, when nothing else is left. */
const longestText = (mostCauseBytes - 4096) / 2;

interface ErrorCause {
  readonly exceptions: readonly unknown[];
  readonly working_directory: string;
  readonly paths: readonly string[];
  readonly message: string | undefined;
}

/** As JSON of at most 64 KiB; undefined for what is no cause. */
export function errorCauseOf(sent: unknown): string | undefined {
  const cause = causeOf(sent);
  if (cause === undefined) return undefined;
  for (const share of [1, 0.8, 0.6, 0.4, 0.2]) {
    const text = JSON.stringify({ ...cause, exceptions: firstOf(cause.exceptions, share), paths: firstOf(cause.paths, share) });
    if (Buffer.byteLength(text) <= mostCauseBytes) return text;
  }
  const message = cause.message === undefined ? undefined : crop(cause.message);
  return JSON.stringify({ exceptions: [], working_directory: crop(cause.working_directory), paths: [], message });
}

/** As `errorCauseOf`, of its JSON. */
export function errorCauseOfJson(json: string): string | undefined {
  try {
    return errorCauseOf(JSON.parse(json));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return undefined;
  }
}

function causeOf(sent: unknown): ErrorCause | undefined {
  if (!isObject(sent)) return undefined;
  const { exceptions = [], working_directory: directory = "", paths = [], message = "" } = sent;
  if (!Array.isArray(exceptions) || typeof directory !== "string" || !isTexts(paths) || typeof message !== "string") return undefined;
  // X-Ray wants all of them; clients send what they have.
  if (exceptions.length === 0 && directory === "" && paths.length === 0 && message === "") return undefined;
  return { exceptions: exceptions.map(exceptionOf), working_directory: directory, paths, message: message === "" ? undefined : message };
}

function exceptionOf(sent: unknown): object {
  if (!isObject(sent)) return {};
  const { message, type, stack } = sent;
  return { message: textOf(message), type: textOf(type), stack: Array.isArray(stack) ? stack.map(frameOf) : undefined };
}

function frameOf(sent: unknown): object {
  if (!isObject(sent)) return {};
  const { path, line, label } = sent;
  return { path: textOf(path), line: typeof line === "number" ? line : undefined, label: textOf(label) };
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);

const isTexts = (value: unknown): value is readonly string[] => Array.isArray(value) && value.every((item) => typeof item === "string");

const textOf = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

const firstOf = <T>(list: readonly T[], share: number): readonly T[] => (share === 1 ? list : list.slice(0, Math.floor(list.length * share)));

/** By bytes, as JSON escapes them. */
function crop(text: string): string {
  if (Buffer.byteLength(JSON.stringify(text)) <= longestText) return text;
  // A character takes at most six bytes there: \uXXXX.
  return `${text.slice(0, Math.floor((longestText - 8) / 6))}...`;
}
