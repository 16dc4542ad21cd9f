// What a request says about its signature: the Authorization header, or the X-Amz-… parameters of a presigned URL.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-authentication-methods.html
import type { WireRequest } from "../../protocol/wire.ts";
import { incompleteSignature, malformedCredential, sigV4aNotServed } from "./faults.ts";

export interface Authorization {
  readonly form: "header" | "presigned";
  readonly accessKeyId: string;
  /** Credential scope: `20261121`. */
  readonly day: string;
  readonly region: string;
  readonly service: string;
  /** Empty when the request names none; only verification minds. */
  readonly signedHeaders: string;
  readonly signature: string;
}

const algorithm = "AWS4-HMAC-SHA256";

/** Undefined: the request carries no AWS signature. */
export function parseAuthorization({ headers, query }: WireRequest): Authorization | undefined {
  const { authorization } = headers;
  if (authorization !== undefined) {
    if (authorization.startsWith("AWS4-ECDSA-P256-SHA256")) throw sigV4aNotServed();
    if (authorization.startsWith(algorithm)) return parseHeader(authorization.slice(algorithm.length));
    return undefined;
  }
  return query.includes("X-Amz-") ? parsePresigned(new URLSearchParams(query)) : undefined;
}

function parseHeader(parameters: string): Authorization {
  const credential = parameterOf(parameters, " Credential=") ?? parameterOf(parameters, ",Credential=");
  if (credential === undefined) throw incompleteSignature(["Credential"]);
  const signedHeaders = parameterOf(parameters, " SignedHeaders=") ?? parameterOf(parameters, ",SignedHeaders=") ?? "";
  const signature = parameterOf(parameters, " Signature=") ?? parameterOf(parameters, ",Signature=") ?? "";
  return authorizationOf("header", credential, signedHeaders, signature);
}

/** From after `start` to the next comma. */
function parameterOf(parameters: string, start: string): string | undefined {
  const at = parameters.indexOf(start);
  if (at < 0) return undefined;
  const end = parameters.indexOf(",", at + start.length);
  return parameters.slice(at + start.length, end < 0 ? undefined : end).trim();
}

function parsePresigned(parameters: URLSearchParams): Authorization | undefined {
  const used = parameters.get("X-Amz-Algorithm");
  if (used === "AWS4-ECDSA-P256-SHA256") throw sigV4aNotServed();
  const credential = parameters.get("X-Amz-Credential");
  if (used !== algorithm || credential === null) return undefined;
  const signedHeaders = parameters.get("X-Amz-SignedHeaders") ?? "";
  return authorizationOf("presigned", credential, signedHeaders, parameters.get("X-Amz-Signature") ?? "");
}

function authorizationOf(
  form: Authorization["form"],
  credential: string,
  signedHeaders: string,
  signature: string,
): Authorization {
  const [accessKeyId, day, region, service, terminator, ...rest] = credential.split("/");
  if (
    accessKeyId === undefined ||
    accessKeyId === "" ||
    day === undefined ||
    region === undefined ||
    service === undefined ||
    terminator !== "aws4_request" ||
    rest.length > 0
  ) {
    throw malformedCredential(credential);
  }
  return { form, accessKeyId, day, region, service, signedHeaders, signature };
}
