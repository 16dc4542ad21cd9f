// The text that Signature Version 4 signs, rebuilt from a request as it arrived.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
import type { WireRequest } from "../../protocol/wire.ts";
import { malformedLink } from "./faults.ts";

/** `signedHeaders` in the order of the request, all of them present. */
export function canonicalRequest(
  request: WireRequest,
  service: string,
  signedHeaders: readonly string[],
  payloadHash: string,
): string {
  const headers = signedHeaders.map((name) => `${name}:${canonicalHeader(request.headers[name] ?? "")}\n`).join("");
  const path = isEncodedOnce(service) ? request.path : encodePathAgain(request.path);
  return `${request.method}\n${path}\n${canonicalQuery(request.query)}\n${headers}\n${signedHeaders.join(";")}\n${payloadHash}`;
}

/** S3 signs the path as sent, since keys may hold `//` and `..`; the others normalise it and encode it again. */
function isEncodedOnce(service: string): boolean {
  return service === "s3" || service === "s3express" || service === "s3-object-lambda" || service === "s3-outposts";
}

function encodePathAgain(path: string): string {
  // Nearly every path: nothing to normalise and nothing that encodes to something else.
  if (/^\/(?:[A-Za-z0-9_~-]+(?:\/|$))*$/.test(path)) return path;
  const segments: string[] = [];
  for (const segment of path.split("/")) {
    if (segment === "..") segments.pop();
    else if (segment !== "" && segment !== ".") segments.push(encode(segment));
  }
  return `/${segments.join("/")}${segments.length > 0 && path.endsWith("/") ? "/" : ""}`;
}

/** Without the signature itself, which a presigned URL carries in its query. */
function canonicalQuery(query: string): string {
  if (query === "") return "";
  return query
    .split("&")
    .filter((pair) => pair !== "" && !pair.startsWith("X-Amz-Signature="))
    .map((pair) => {
      const at = pair.indexOf("=");
      const name = at < 0 ? pair : pair.slice(0, at);
      return [recode(name), at < 0 ? "" : recode(pair.slice(at + 1))] as const;
    })
    .sort(([name, value], [otherName, otherValue]) => order(name, otherName) || order(value, otherValue))
    .map(([name, value]) => `${name}=${value}`)
    .join("&");
}

/** By code unit, which for these ASCII texts is by byte. */
const order = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);

function recode(text: string): string {
  try {
    return encode(decodeURIComponent(text.replaceAll("+", " ")));
  } catch (error) {
    if (error instanceof URIError) throw malformedLink("The query string is not valid percent-encoded UTF-8.");
    throw error;
  }
}

/** RFC 3986: everything but unreserved characters; encodeURIComponent leaves five more. */
const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);

const canonicalHeader = (value: string): string => value.trim().replace(/\s+/g, " ");
