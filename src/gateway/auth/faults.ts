// Why a signature is refused, in AWS's words.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html
import { Fault } from "../../core/faults.ts";
import { AuthFault } from "./auth-fault.ts";


// There is no signature, or none that can be read
export const missingToken = (): Fault => new AuthFault("missing", "Missing Authentication Token");

export const incompleteSignature = (missing: readonly string[]): Fault =>
  new AuthFault("incomplete", missing.map((name) => `Authorization header requires '${name}' parameter.`).join(" "));

export const missingDate = (): Fault =>
  new AuthFault("incomplete", "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.");

export const malformedDate = (text: string): Fault =>
  new AuthFault("incomplete", `Date must be in ISO-8601 'basic format'. Got '${text}'.`);

export const malformedCredential = (credential: string): Fault =>
  new AuthFault(
    "incomplete",
    `Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/aws4_request, got '${credential}'`,
  );

export const malformedLink = (message: string): Fault => new AuthFault("badLink", message);

// It is read, and made for another place or day

export const wrongRegion = (region: string): Fault =>
  new AuthFault("badScope", `Credential should be scoped to a valid region, not '${region}'.`);

export const wrongService = (service: string): Fault =>
  new AuthFault("badScope", `Credential should be scoped to correct service: '${service}'.`);

export const wrongDay = (day: string, time: string): Fault =>
  new AuthFault(
    "badScope",
    `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${day}' != '${time.slice(0, 8)}', from '${time}'.`,
  );

// The key

/** AWS says the same of a token that is not the key's: whoever guesses cannot tell the two apart. */
export const unknownKey = (): Fault =>
  new AuthFault("unknownKey", "The security token included in the request is invalid.");

export const badToken = (): Fault => new AuthFault("badToken", "The security token included in the request is invalid.");

export const expiredToken = (): Fault =>
  new AuthFault("expiredToken", "The security token included in the request is expired");

// The signature itself, and what it covers

export const signatureMismatch = (): Fault =>
  new AuthFault(
    "mismatch",
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.",
  );

export const unsignedHeader = (name: string): Fault =>
  new AuthFault("unsignedHeader", `'${name}' must be a 'SignedHeader' in the AWS Authorization.`);

// Its time

export const signatureExpired = (signed: string, earliest: string, now: string): Fault =>
  new AuthFault("clockSkew", `Signature expired: ${signed} is now earlier than ${earliest} (${now} - 15 min.)`);

export const signatureNotYetCurrent = (signed: string, latest: string, now: string): Fault =>
  new AuthFault("clockSkew", `Signature not yet current: ${signed} is still later than ${latest} (${now} + 15 min.)`);

export const linkExpired = (until: string, now: string): Fault =>
  new AuthFault("linkExpired", `Signature expired: ${until} is now earlier than ${now}`);

// The body, and forms that are not served

export const payloadMismatch = (): Fault =>
  new AuthFault("payloadMismatch", "The value of the x-amz-content-sha256 header does not match the request body.");

export const sigV4aNotServed = (): Fault =>
  new AuthFault("unsupported", "AWS4-ECDSA-P256-SHA256 (Signature Version 4A) is not supported; sign with AWS4-HMAC-SHA256.");

export const payloadFormNotServed = (form: string): Fault =>
  new AuthFault("unsupported", `The value '${form}' of x-amz-content-sha256 is not supported.`);

// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
// The framing of `aws-chunked` bodies is S3's alone, and so are these.
const s3Fault = (code: string, message: string): Fault => new Fault({ code, status: 400, message });

export const chunkTooSmall = (): Fault =>
  s3Fault("InvalidChunkSizeError", "Only the last chunk is allowed to have a size less than 8192 bytes");

export const chunkTooLarge = (limitBytes: number): Fault =>
  s3Fault("InvalidChunkSizeError", `A signed chunk may not be larger than ${limitBytes} bytes`);

export const malformedTrailer = (): Fault =>
  s3Fault("MalformedTrailerError", "The request contained trailing data that was not well-formed or did not conform to our published schema.");

export const unknownTrailer = (): Fault =>
  s3Fault("InvalidRequest", "The value specified in the x-amz-trailer header is not supported");

export const missingPayloadHash = (): Fault =>
  s3Fault("InvalidRequest", "Missing required header for this request: x-amz-content-sha256");
