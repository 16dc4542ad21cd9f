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
