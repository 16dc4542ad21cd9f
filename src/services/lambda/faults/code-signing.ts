// Faults about code signing configurations and signatures of packages.
import { Fault } from "../../../core/faults.ts";
import { conflict } from "./base.ts";

/** Of the operations on configurations, and of their tags. */
export const codeSigningConfigNotFound = (arn: string): Fault =>
  new Fault({
    code: "ResourceNotFoundException",
    status: 404,
    message: `The Lambda code signing configuration ${arn} can not be found.`,
    bare: true,
  });

/** Of the operations that give a function a configuration. */
export const namedCodeSigningConfigNotFound = (arn: string): Fault =>
  new Fault({
    code: "CodeSigningConfigNotFoundException",
    status: 404,
    message: `The code signing configuration cannot be found. Check that the provided configuration is not deleted: ${arn}.`,
  });

/** AWS's text is not recorded; that it refuses is documented (API reference, DeleteCodeSigningConfig). */
export const codeSigningConfigInUse = (arn: string, functionName: string): Fault =>
  conflict(`The code signing configuration ${arn} cannot be deleted because functions use it: ${functionName}`);

/** Text of the error in the service model; the answer itself is not recorded. */
export const invalidCodeSignature = (): Fault =>
  new Fault({
    code: "InvalidCodeSignatureException",
    status: 400,
    message:
      "The code signature failed the integrity check. If the integrity check fails, then Lambda blocks deployment, " +
      "even if the code signing policy is set to WARN.",
  });

export type UntrustedReason = "unsigned" | "mismatch" | "expired" | "revoked";

/** The first two are AWS's, as users of it quote them; of the others no answer is recorded. */
const untrustedTexts: Readonly<Record<UntrustedReason, string>> = {
  unsigned: "The function or layer might be signed using a signature that the client is not configured to accept.",
  mismatch: "The function or layer might be signed using a signature that the client is not configured to accept.",
  expired: "The signature of the function or layer has expired.",
  revoked: "The signature of the function or layer was revoked.",
};

/** `name`: of the function, its ARN, or that of the layer version. */
export const codeVerificationFailed = (name: string, reason: UntrustedReason): Fault =>
  new Fault({
    code: "CodeVerificationFailedException",
    status: 400,
    message: `Lambda cannot deploy the function. ${untrustedTexts[reason]} Check the provided signature for ${name}.`,
  });
