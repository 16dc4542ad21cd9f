// AWS's limits of Lambda's control plane and invokes, in one place.
// https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
import { mostUnzippedBytes } from "../../engine/code/faults.ts";

export const limits = {
  /** Of the name proper, in CreateFunction; the model's own limits are 140 and 256 for every form of a name. */
  functionNameLength: 64,
  /** The model says 5,400; more than this is for functions on capacity providers only. */
  timeoutSeconds: 900,
  /** The model says 32,768; more than this is for functions on capacity providers only. */
  memoryMiB: 10_240,
  /** Least of a function with a capacity provider. */
  managedMemoryMiB: 2048,
  /** Most of one. */
  managedMostMemoryMiB: 32_768,
  /** The model says 32,768; more than this is for functions with accelerators only. */
  ephemeralStorageMiB: 10_240,
  /** Names and values of variables, serialised as JSON. */
  environmentBytes: 4096,
  tags: 50,
  layers: 5,
  /** Of one event source mapping; AWS raises it to 10 on request. */
  mappingFilters: 5,
  /** Records of a batch from a FIFO queue. */
  fifoBatch: 10,
  /** The model's lower limit is -1, which means no limit. */
  leastRecordAgeSeconds: 60,
  /** ZipFile, unencoded. */
  zippedBytes: 52_428_800,
  /** Of S3: what unpacks to less than `unzippedBytes` is no larger, headers of very many small files included. */
  fetchedZipBytes: 314_572_800,
  unzippedBytes: mostUnzippedBytes,
  /** All zips of an account in a region; 75 GiB before 2026. */
  codeStorageBytes: 300 * 1024 ** 3,
  /** Of an account's concurrent executions: what functions cannot reserve. */
  unreservedConcurrency: 100,
  /** A page of a list never holds more, whatever MaxItems says. */
  pageItems: 50,
  /** But for lists around code signing configurations. */
  codeSigningPageItems: 10_000,
  /** RequestResponse and DryRun. */
  requestPayloadBytes: 6_291_456,
  /** Event; 262,144 before the end of 2025. */
  eventPayloadBytes: 1_048_576,
  /** X-Amz-Client-Context, base64. */
  clientContextLength: 3583,
} as const;

export const defaults = {
  timeoutSeconds: 3,
  memoryMiB: 128,
  ephemeralStorageMiB: 512,
} as const;
