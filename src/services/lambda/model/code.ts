// The package of a function: which source was given, and from there to a verified blob.
import type { CodeReference } from "../../../functions/function-version.ts";
import { codeLost, codeMissing, codeSourcesExclusive, emptyZip, zipTooLarge } from "../faults/code.ts";
import { limits } from "../limits.ts";
import type { LambdaParts } from "../parts.ts";

interface CodeSources {
  readonly ZipFile?: Uint8Array | undefined;
  readonly S3Bucket?: string | undefined;
  readonly S3Key?: string | undefined;
  readonly ImageUri?: string | undefined;
}

/** The zip among the sources that were sent. Sources that are not applied have been refused before. */
export function requireZip(sources: CodeSources): Uint8Array {
  const { ZipFile } = sources;
  if (ZipFile === undefined) throw codeMissing();
  if (sources.S3Bucket !== undefined || sources.S3Key !== undefined || sources.ImageUri !== undefined)
    throw codeSourcesExclusive();
  if (ZipFile.byteLength === 0) throw emptyZip();
  if (ZipFile.byteLength > limits.zippedBytes) throw zipTooLarge(limits.zippedBytes);
  return ZipFile;
}

/** Resolves once the package is on disk and was found sound. A blob that nothing refers to is collected later. */
export async function storeZip(zip: Uint8Array, parts: Pick<LambdaParts, "blobs" | "code">): Promise<CodeReference> {
  const { sha256, sizeBytes } = await parts.blobs.put(zip);
  const path = await parts.blobs.path(sha256);
  if (path === undefined) throw codeLost(sha256);
  await parts.code.inspect(path);
  return { sha256, sizeBytes };
}

/** As CodeSha256 prints it. */
export const base64Sha256 = (code: CodeReference): string => Buffer.from(code.sha256, "hex").toString("base64");
