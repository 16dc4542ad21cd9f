// What the operations of Lambda's API are made of; main.ts brings it.
import type { KeyObject } from "node:crypto";
import type { Clock } from "../../core/clock.ts";
import type { Cloud } from "../../core/cloud.ts";
import type { Ids } from "../../core/ids.ts";
import type { DownloadLinks } from "../../core/links.ts";
import type { AsyncInvokes } from "../../engine/async/async-invokes.ts";
import type { Engine } from "../../engine/engine.ts";
import type { ConcurrencySettings } from "../../functions/concurrency-settings.ts";
import type { FunctionCatalog } from "../../functions/catalog.ts";
import type { CodeStorage } from "../../functions/code-storage.ts";
import type { EventSourceKind } from "../../functions/event-source-mappings.ts";
import type { Architecture, CodeSignature } from "../../functions/function-version.ts";
import type { FunctionRepository } from "../../functions/repository.ts";
import type { RuntimeVersions } from "../../functions/runtime-versions.ts";
import type { Logger } from "../../observe/logger.ts";
import type { Blobs } from "../../store/blob.ts";

export interface LambdaParts {
  readonly functions: FunctionRepository;
  readonly catalog: FunctionCatalog;
  readonly concurrency: ConcurrencySettings;
  readonly engine: Pick<Engine, "invoke" | "stream" | "provisioned">;
  readonly events: Pick<AsyncInvokes, "accept">;
  readonly blobs: Blobs;
  /** Other services; code in a bucket comes from S3. */
  readonly cloud: Cloud;
  readonly polling: Polling;
  readonly code: CodeInspection;
  readonly codeStorage: CodeStorage;
  readonly links: DownloadLinks;
  readonly runtimeVersions: RuntimeVersions;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Logger;
  readonly settings: LambdaSettings;
}

/** What mappings are told of their pollers. */
export interface Polling {
  /** Sources that have a poller: mappings of others are kept, but not enabled. */
  readonly kinds: ReadonlySet<EventSourceKind>;
  /** What came of the last batch of a mapping; undefined: nothing was processed yet. */
  lastResult(uuid: string): string | undefined;
}

export interface LambdaSettings {
  readonly deprecatedRuntimes: "warn" | "block";
  /** Of the machine: no other can be applied. */
  readonly architecture: Architecture;
  /** Whether a function's /tmp is of the size that it asks for. */
  readonly limitsStorage: boolean;
  /** Concurrent executions of an account in a region. */
  readonly concurrency: number;
  /** All zips of an account in a region: AWS's limit, a lower one in tests. */
  readonly codeStorageBytes: number;
}

interface CodeInspection {
  /** Reads the whole archive, at a path or in memory. Faults, in AWS's words: not a zip, too large unpacked, entries that lead outside. */
  inspect(archive: string | Uint8Array): Promise<{ readonly unzippedBytes: number; readonly isSigned: boolean }>;
  /** Of a package that is signed. */
  readSignature(path: string, findKey: (profileVersionArn: string) => Promise<KeyObject | undefined>): Promise<CodeSignature>;
}
