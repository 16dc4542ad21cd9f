// The package of a function or layer: which source was given, and from there to a verified blob.
import type { Cloud } from "../../../core/cloud.ts";
import type { CallContext, Scope } from "../../../core/context.ts";
import { Fault } from "../../../core/faults.ts";
import { unzippedTooLarge } from "../../../engine/code/faults.ts";
import type { CodeReference, CodeSignature } from "../../../functions/function-version.ts";
import { findSigningProfile, readPublicKey } from "../../../functions/signing-profiles.ts";
import type { BlobRef } from "../../../store/blob.ts";
import { codeLost, codeMissing, codeSourcesExclusive, codeStorageExceeded, emptyZip, packageDenied, packageNotFetched, zipTooLarge } from "../faults/code.ts";
import { limits } from "../limits.ts";
import type { LambdaParts } from "../parts.ts";

/** What CreateFunction, UpdateFunctionCode and PublishLayerVersion say about where the zip is. */
interface PackageSources {
  readonly ZipFile?: Uint8Array | undefined;
  readonly S3Bucket?: string | undefined;
  readonly S3Key?: string | undefined;
  readonly S3ObjectVersion?: string | undefined;
  readonly ImageUri?: string | undefined;
}

type PackageParts = Pick<LambdaParts, "blobs" | "cloud" | "code" | "functions">;

/**
 * Stores the package; resolves once it is on disk and was found sound. A blob that nothing refers to is collected
 * later. Faults in AWS's words: no source or two, too large, what S3 answered, not a sound zip.
 */
export async function readPackage(sources: PackageSources, parts: PackageParts, context: CallContext): Promise<CodeReference> {
  const { isSigned, ...code } = await storePackage(sources, parts, context);
  return isSigned ? { ...code, signature: await readSignature(code, parts, context) } : code;
}

interface StoredPackage extends CodeReference {
  readonly isSigned: boolean;
}

async function storePackage(sources: PackageSources, parts: PackageParts, context: CallContext): Promise<StoredPackage> {
  const { ZipFile, S3Bucket, S3Key, S3ObjectVersion } = sources;
  if (ZipFile !== undefined) return storeZip(ZipFile, sources, parts);
  if (S3Bucket === undefined || S3Key === undefined) throw codeMissing();
  const object = { Bucket: S3Bucket, Key: S3Key, ...(S3ObjectVersion === undefined ? {} : { VersionId: S3ObjectVersion }) };
  const { sha256, sizeBytes } = await fetchZip(object, parts, context);
  return { sha256, sizeBytes, ...(await parts.code.inspect(await pathOf(sha256, parts))) };
}

async function pathOf(sha256: string, { blobs }: PackageParts): Promise<string> {
  const path = await blobs.path(sha256);
  if (path === undefined) throw codeLost(sha256);
  return path;
}

const readSignature = async ({ sha256 }: CodeReference, parts: PackageParts, scope: Scope): Promise<CodeSignature> =>
  parts.code.readSignature(await pathOf(sha256, parts), async (arn) => {
    const profile = await findSigningProfile(parts.functions, scope, arn);
    return profile === undefined ? undefined : readPublicKey(profile.record.publicKey);
  });

async function storeZip(zip: Uint8Array, others: PackageSources, { blobs, code }: PackageParts): Promise<StoredPackage> {
  const { S3Bucket, S3Key, S3ObjectVersion, ImageUri } = others;
  if ([S3Bucket, S3Key, S3ObjectVersion, ImageUri].some((other) => other !== undefined)) throw codeSourcesExclusive();
  if (zip.byteLength === 0) throw emptyZip();
  if (zip.byteLength > limits.zippedBytes) throw zipTooLarge(limits.zippedBytes);
  // The disk and the processor work at the same time.
  const [inspected, stored] = await Promise.allSettled([code.inspect(zip), blobs.put(zip)]);
  if (inspected.status === "rejected") throw inspected.reason;
  if (stored.status === "rejected") throw stored.reason;
  return { ...stored.value, ...inspected.value };
}

interface S3Object {
  readonly Bucket: string;
  readonly Key: string;
  readonly VersionId?: string;
}

/** From the bucket to the blobs as it comes: it is never in memory as a whole. */
async function fetchZip(object: S3Object, { blobs, cloud }: PackageParts, context: CallContext): Promise<BlobRef> {
  try {
    return await blobs.put(objectChunks(object, cloud, context), { maxBytes: limits.fetchedZipBytes });
  } catch (error) {
    throw error instanceof Fault && error.code === "BlobTooLarge" ? unzippedTooLarge() : error;
  }
}

/** Faults: what S3 answered, in AWS's frame; that there is no S3 (501) as it is. */
async function* objectChunks(object: S3Object, cloud: Cloud, context: CallContext): AsyncGenerator<Uint8Array> {
  try {
    const { Body } = (await cloud.call("s3", "GetObject", object, context)) as { Body?: AsyncIterable<Uint8Array> | Uint8Array };
    // Of a service of our own it may be bytes; of what is empty there may be none.
    if (Body instanceof Uint8Array) yield Body;
    else if (Body !== undefined) yield* Body;
  } catch (error) {
    if (!(error instanceof Fault) || error.status === 501) throw error;
    if (error.status === 403) throw packageDenied(`${object.Bucket}/${object.Key}`, error.code, error.message);
    throw packageNotFetched(error.code, error.message);
  }
}

/**
 * Whether `bytes` more may be recorded. Requests that ask side by side may together go over by what they bring.
 * Faults: CodeStorageExceededException.
 */
export async function requireCodeStorage(
  bytes: number,
  { codeStorage, settings }: Pick<LambdaParts, "codeStorage" | "settings">,
  scope: Scope,
): Promise<void> {
  const { codeBytes } = await codeStorage.used(scope);
  if (bytes > 0 && codeBytes + bytes > settings.codeStorageBytes) throw codeStorageExceeded();
}

/** Who signed a package, and when: of one that is signed and was not changed since. */
export const signatureMembers = ({ signature }: CodeReference): { SigningProfileVersionArn?: string; SigningJobArn?: string } =>
  signature?.kind === "sound" ? { SigningProfileVersionArn: signature.profileVersionArn, SigningJobArn: signature.jobArn } : {};

/** As CodeSha256 prints it. */
export const base64Sha256 = (code: CodeReference): string => Buffer.from(code.sha256, "hex").toString("base64");
