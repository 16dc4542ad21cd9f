// What can be wrong with a package, in AWS's words where it has any.
import { Fault } from "../../core/faults.ts";

/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
export const mostUnzippedBytes = 262_144_000;

const invalidPackage = (message: string, cause?: unknown): Fault =>
  new Fault({ code: "InvalidParameterValueException", status: 400, message, members: { Type: "User" }, cause });

export const cannotUnzip = (cause: unknown): Fault =>
  invalidPackage("Could not unzip uploaded file. Please check your file, then try to upload again.", cause);

/** AWS has one text for everything that is wrong inside; what it was goes to our own log. */
export const badEntry = (why: string): Fault => cannotUnzip(new Error(why));

export const emptyArchive = (): Fault => invalidPackage("Uploaded file must be a non-empty zip");

export const unzippedTooLarge = (): Fault => invalidPackage(`Unzipped size must be smaller than ${mostUnzippedBytes} bytes`);

export const codeLost = (sha256: string): Fault =>
  new Fault({ code: "ServiceException", status: 500, message: `The code ${sha256} of the function is not in the store.` });
