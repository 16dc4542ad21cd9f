// Status, headers and cookies as a function gives them: with its whole response, or before a streamed one.
// https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-response-payload
import { validateHeaderName, validateHeaderValue } from "node:http";
import type { WireResponse } from "../../../protocol/wire.ts";

export interface ResponseHead {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: WireResponse["headers"];
}

export type JsonObject = Readonly<Record<string, unknown>>;

export const isJsonObject = (value: unknown): value is JsonObject => typeof value === "object" && value !== null && !Array.isArray(value);

/** Undefined when AWS would answer 502: a status, a header or a cookie that is none. */
export function readHead({ statusCode, headers: given, cookies }: JsonObject, defaultType: string): ResponseHead | undefined {
  const status = readStatus(statusCode);
  if (status === undefined || !isOptional(given, isTextObject) || !isOptional(cookies, isTextList)) return undefined;
  const headers: WireResponse["headers"] = {};
  for (const [name, value] of Object.entries(given ?? {})) {
    const key = name.toLowerCase();
    if (ownHeaders.has(key)) continue;
    headers[key] = asBytes(value);
  }
  headers["content-type"] ??= defaultType;
  // A function may set one as a header, too.
  if (cookies?.[0] !== undefined) headers["set-cookie"] = [...asList(headers["set-cookie"]), ...cookies.map(asBytes)];
  return areSendable(headers) ? { status, headers } : undefined;
}

/** What says how the answer is framed is the server's to say, and so are the names of the invoke. */
const ownHeaders: ReadonlySet<string> = new Set([
  "connection",
  "content-length",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "x-amzn-requestid",
  "x-amzn-trace-id",
]);

/** AWS takes 100 to 599, and digits in a string. One below 200 would tell the client that the answer is still to come. */
function readStatus(statusCode: unknown): number | undefined {
  const status = typeof statusCode === "string" && /^\d{3}$/.test(statusCode) ? Number(statusCode) : statusCode;
  return typeof status === "number" && Number.isInteger(status) && status >= 200 && status <= 599 ? status : undefined;
}

const isOptional = <T>(value: unknown, is: (value: unknown) => value is T): value is T | undefined | null =>
  value === undefined || value === null || is(value);

const isTextObject = (value: unknown): value is Readonly<Record<string, string>> =>
  isJsonObject(value) && Object.values(value).every((member) => typeof member === "string");

const isTextList = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((item) => typeof item === "string");

export const asList = (value: string | string[] | undefined): readonly string[] =>
  value === undefined ? [] : typeof value === "string" ? [value] : value;

/** node writes header values as Latin-1: so that what is not ASCII leaves as UTF-8. */
const asBytes = (value: string): string => Buffer.from(value).toString("latin1");

function areSendable(headers: WireResponse["headers"]): boolean {
  try {
    for (const [name, values] of Object.entries(headers)) {
      validateHeaderName(name);
      for (const value of asList(values)) validateHeaderValue(name, value);
    }
    return true;
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}
