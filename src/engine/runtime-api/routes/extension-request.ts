// What requests of the Extensions API have in common: who sends them, and how errors are named.
import { invalidExtensionIdentifier, missingExtensionErrorType, missingExtensionIdentifier } from "../faults.ts";
import type { ExtensionError } from "../extensions-port.ts";
import type { RequestHead } from "../http/request-head.ts";

/** Ours: bodies are lists of two words, or one error, which AWS does not read. */
export const mostExtensionBodyBytes = 1024 * 1024;

/** Names may hold any character of a file name; bytes of a header come one to a character. */
export const headerText = ({ headers }: RequestHead, name: string): string => Buffer.from(headers.get(name) ?? "", "latin1").toString("utf8");

/** Who speaks, in lower case; whether there is such an extension is for the environment to say. */
export function identifierOf({ headers }: RequestHead): string {
  const identifier = headers.get("lambda-extension-identifier") ?? "";
  if (identifier === "") throw missingExtensionIdentifier();
  if (!/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(identifier)) throw invalidExtensionIdentifier();
  return identifier.toLowerCase();
}

export function errorOf(head: RequestHead): ExtensionError {
  const errorType = headerText(head, "lambda-extension-function-error-type");
  if (errorType === "") throw missingExtensionErrorType();
  return { errorType };
}
