// Faults about deployment packages.
import { Fault } from "../../../core/faults.ts";
import { invalidParameter } from "./base.ts";

export const codeMissing = (): Fault => invalidParameter("Please provide a source for function code.");

export const codeSourcesExclusive = (): Fault =>
  invalidParameter("Please do not provide other FunctionCode parameters when providing a ZipFile.");

export const imageForZip = (): Fault =>
  invalidParameter("Please don't provide ImageUri when updating a function with packageType Zip.");

export const emptyZip = (): Fault => invalidParameter("Uploaded file must be a non-empty zip");

export const zipTooLarge = (limit: number): Fault =>
  new Fault({
    code: "RequestEntityTooLargeException",
    status: 413,
    message: `Zipped size must be smaller than ${limit} bytes`,
  });

/** Ours: a record refers to a blob that was deleted behind our back. */
export const codeLost = (sha256: string): Fault =>
  new Fault({ code: "ServiceException", status: 500, message: `The code ${sha256} is not in the store.` });
