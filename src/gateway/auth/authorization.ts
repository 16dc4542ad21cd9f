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
  let credential: string | undefined;
  let signedHeaders = "";
  let signature = "";
  for (const parameter of parameters.split(",")) {
    const at = parameter.indexOf("=");
    const value = parameter.slice(at + 1).trim();
    switch (parameter.slice(0, Math.max(at, 0)).trim()) {
      case "Credential":
        credential = value;
        break;
      case "SignedHeaders":
        signedHeaders = value;
        break;
      case "Signature":
        signature = value;
        break;
      default:
    }
  }
  if (credential === undefined) throw incompleteSignature(["Credential"]);
  return { form: "header", ...parseCredential(credential), signedHeaders, signature };
}

function parsePresigned(parameters: URLSearchParams): Authorization | undefined {
  const used = parameters.get("X-Amz-Algorithm");
  if (used === "AWS4-ECDSA-P256-SHA256") throw sigV4aNotServed();
  const credential = parameters.get("X-Amz-Credential");
  if (used !== algorithm || credential === null) return undefined;
  return {
    form: "presigned",
    ...parseCredential(credential),
    signedHeaders: parameters.get("X-Amz-SignedHeaders") ?? "",
    signature: parameters.get("X-Amz-Signature") ?? "",
  };
}

function parseCredential(credential: string): Pick<Authorization, "accessKeyId" | "day" | "region" | "service"> {
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
  return { accessKeyId, day, region, service };
}
