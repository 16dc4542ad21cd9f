// Faults about deployment packages.
import { Fault } from "../../../core/faults.ts";
import { invalidParameter } from "./base.ts";

export const codeMissing = (): Fault => invalidParameter("Please provide a source for function code.");

export const codeSourcesExclusive = (): Fault =>
  invalidParameter("Please do not provide other FunctionCode parameters when providing a ZipFile.");

export const imageForZip = (): Fault =>
  invalidParameter("Please don't provide ImageUri when updating a function with packageType Zip.");

export const emptyZip = (): Fault => invalidParameter("Uploaded file must be a non-empty zip");

/** What S3 said when the package was fetched, as AWS passes it on. */
export const packageNotFetched = (code: string, message: string): Fault =>
  invalidParameter(`Error occurred while GetObject. S3 Error Code: ${code}. S3 Error Message: ${message}`);

export const packageDenied = (object: string, code: string, message: string): Fault =>
  new Fault({
    code: "AccessDeniedException",
    status: 403,
    message:
      "Your access has been denied by S3, please make sure your request credentials have permission to GetObject for " +
      `${object}. S3 Error Code: ${code}. S3 Error Message: ${message}`,
  });

export const codeStorageExceeded = (): Fault =>
  new Fault({ code: "CodeStorageExceededException", status: 400, message: "Code storage limit exceeded." });

export const zipTooLarge = (limit: number): Fault =>
  new Fault({
    code: "RequestEntityTooLargeException",
    status: 413,
    message: `Zipped size must be smaller than ${limit} bytes`,
  });

/** Ours: a record refers to a blob that was deleted behind our back. */
export const codeLost = (sha256: string): Fault =>
  new Fault({ code: "ServiceException", status: 500, message: `The code ${sha256} is not in the store.` });
