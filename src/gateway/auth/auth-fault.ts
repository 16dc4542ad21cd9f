// One refusal of a signature has a different name in each family of AWS services: this table knows them all, so that
// the checks need not know who is asked.
import { Fault } from "../../core/faults.ts";
import type { ProtocolName } from "../../protocol/protocol.ts";

export type AuthProblem =
  | "missing"
  | "incomplete"
  | "badScope"
  | "unknownKey"
  | "badToken"
  | "expiredToken"
  | "mismatch"
  | "unsignedHeader"
  | "clockSkew"
  | "linkExpired"
  | "badLink"
  | "payloadMismatch"
  | "unsupported";

/** `json`: restJson1; `target`: awsJson and CBOR, whose errors all have status 400; `query`: the forms; `s3`. */
type Family = "json" | "target" | "query" | "s3";

interface Spelling {
  readonly code: string;
  readonly status: number;
  /** Where the family has a text of its own. */
  readonly message?: string;
}

const noSuchKey = "The AWS Access Key Id you provided does not exist in our records.";
const skewed = "The difference between the request time and the current time is too large.";

const spell = (code: string, status: number, message?: string): Spelling =>
  message === undefined ? { code, status } : { code, status, message };

// Common errors: https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html
// S3's: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
const spellings: Record<AuthProblem, { json: Spelling; query: Spelling; s3: Spelling }> = {
  missing: {
    json: spell("MissingAuthenticationTokenException", 403),
    query: spell("MissingAuthenticationToken", 403, "Request is missing Authentication Token"),
    s3: spell("AccessDenied", 403, "Access Denied"),
  },
  incomplete: {
    json: spell("IncompleteSignatureException", 400),
    query: spell("IncompleteSignature", 400),
    s3: spell("AuthorizationHeaderMalformed", 400),
  },
  badScope: {
    json: spell("InvalidSignatureException", 403),
    query: spell("SignatureDoesNotMatch", 403),
    s3: spell("AuthorizationHeaderMalformed", 400),
  },
  unknownKey: {
    json: spell("UnrecognizedClientException", 403),
    query: spell("InvalidClientTokenId", 403),
    s3: spell("InvalidAccessKeyId", 403, noSuchKey),
  },
  badToken: {
    json: spell("UnrecognizedClientException", 403),
    query: spell("InvalidClientTokenId", 403),
    s3: spell("InvalidToken", 400, "The provided token is malformed or otherwise invalid."),
  },
  expiredToken: {
    json: spell("ExpiredTokenException", 403),
    query: spell("ExpiredToken", 403),
    s3: spell("ExpiredToken", 400, "The provided token has expired."),
  },
  mismatch: {
    json: spell("InvalidSignatureException", 403),
    query: spell("SignatureDoesNotMatch", 403),
    s3: spell("SignatureDoesNotMatch", 403),
  },
  unsignedHeader: {
    json: spell("InvalidSignatureException", 403),
    query: spell("SignatureDoesNotMatch", 403),
    s3: spell("AccessDenied", 403, "There were headers present in the request which were not signed"),
  },
  clockSkew: {
    json: spell("InvalidSignatureException", 403),
    query: spell("SignatureDoesNotMatch", 403),
    s3: spell("RequestTimeTooSkewed", 403, skewed),
  },
  linkExpired: {
    json: spell("InvalidSignatureException", 403),
    query: spell("SignatureDoesNotMatch", 403),
    s3: spell("AccessDenied", 403, "Request has expired"),
  },
  badLink: {
    json: spell("IncompleteSignatureException", 400),
    query: spell("IncompleteSignature", 400),
    s3: spell("AuthorizationQueryParametersError", 400),
  },
  payloadMismatch: {
    json: spell("InvalidSignatureException", 403),
    query: spell("SignatureDoesNotMatch", 403),
    s3: spell(
      "XAmzContentSHA256Mismatch",
      400,
      "The provided 'x-amz-content-sha256' header does not match what was computed.",
    ),
  },
  unsupported: {
    json: spell("IncompleteSignatureException", 400),
    query: spell("IncompleteSignature", 400),
    s3: spell("NotImplemented", 501),
  },
};

export class AuthFault extends Fault {
  readonly problem: AuthProblem;

  /** Named as restJson1 names it until `spelledFor` says otherwise. */
  constructor(problem: AuthProblem, message: string) {
    super({ ...spellings[problem].json, message });
    this.problem = problem;
  }

  /** The same refusal in the words of the service that was asked. */
  spelledFor(protocol: ProtocolName, service: string | undefined): Fault {
    const family = familyOf(protocol, service);
    const { code, status, message } = spellings[this.problem][family === "target" ? "json" : family];
    return new Fault({ code, status: family === "target" ? 400 : status, message: message ?? this.message });
  }
}

function familyOf(protocol: ProtocolName, service: string | undefined): Family {
  switch (protocol) {
    case "restJson1":
      return "json";
    case "awsJson1_0":
    case "awsJson1_1":
    case "rpcv2Cbor":
      return "target";
    case "awsQuery":
    case "ec2Query":
      return "query";
    case "restXml":
      return service === "s3" ? "s3" : "query";
    default:
      return protocol satisfies never;
  }
}
