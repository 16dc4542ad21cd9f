// Lambda's operations for tests of the room: a memory store, a clock that stands still, ids that count and an engine
// that records what it is asked.
import { Readable } from "node:stream";
import { ServiceRegistry } from "../../src/cloud/registry.ts";
import { ManualClock } from "../../src/core/clock.ts";
import type { Cloud } from "../../src/core/cloud.ts";
import { isAccountId, isRegion, type CallContext } from "../../src/core/context.ts";
import type { Ids, RequestId } from "../../src/core/ids.ts";
import type { InvokeOutcome, InvokeRequest, StreamedInvoke } from "../../src/engine/engine.ts";
import type { ProvisionedState } from "../../src/engine/placement/provisioned-environments.ts";
import type { FunctionId } from "../../src/functions/function-version.ts";
import type { RuntimeVersion, RuntimeVersions } from "../../src/functions/runtime-versions.ts";
import { readSignature } from "../../src/engine/code/code-signature.ts";
import { openFunctions, type Functions } from "../../src/functions/open-functions.ts";
import { silentLogger, type Logger } from "../../src/observe/logger.ts";
import type { LambdaHandler, LambdaInput, LambdaOperation } from "../../src/services/lambda/api.ts";
import type { LambdaParts } from "../../src/services/lambda/parts.ts";
import { limits } from "../../src/services/lambda/limits.ts";
import { lambdaService } from "../../src/services/lambda/service.ts";
import type { Store } from "../../src/store/store.ts";
import { openMemoryStore } from "../../src/store/memory/memory-store.ts";

export const role = "arn:aws:iam::000000000000:role/test";
export const functionArn = (name: string, qualifier?: string): string =>
  `arn:aws:lambda:eu-west-1:000000000000:function:${name}${qualifier === undefined ? "" : `:${qualifier}`}`;

export interface LambdaRoom extends AsyncDisposable {
  readonly parts: LambdaParts;
  readonly functions: Functions;
  readonly store: Store;
  readonly clock: ManualClock;
  readonly ids: CountingIds;
  /** Requests that reached the engine, in order. */
  readonly invoked: InvokeRequest[];
  /** Events that were accepted, in order. */
  readonly accepted: AcceptedEvent[];
  /** What the engine says of provisioned concurrency, by the id of its setting. */
  readonly provisioned: Map<string, ProvisionedState>;
  /** Events that Lambent logged as warnings. */
  readonly warnings: string[];
  /** What is installed. */
  readonly runtimes: TestRuntimes;
  readonly context: CallContext;
  /** Calls an operation as the gateway does after validation. */
  call<Operation extends LambdaOperation>(
    operation: Operation,
    input: LambdaInput<Operation>,
    context?: Partial<CallContext>,
  ): ReturnType<LambdaHandler<Operation>>;
  /** Creates a Node.js function and deploys it. */
  create(name: string, settings?: Partial<LambdaInput<"CreateFunction">>): Promise<void>;
  /** Settles whatever waits, as the engine's reconciler does. */
  deploy: () => Promise<void>;
  id(name: string): FunctionId;
  /** Runs `work` between what the next change reads and what it writes: what another process does just then. */
  beforeNextCommit(work: () => Promise<unknown>): void;
}

type AcceptedEvent = Parameters<LambdaParts["events"]["accept"]>[0];

/** Ids that count; `hex` gives what `nextFraction` says, as a share of all values. */
interface CountingIds extends Ids {
  nextFraction: number;
}

export const zip = (content: string): Uint8Array => Buffer.from(`PK ${content}`);

interface RoomOptions extends Partial<LambdaParts["settings"]> {
  /** Of another room, which closes it: what two processes of a cluster share. */
  readonly store?: Store;
  /** Other services; without it there are none. */
  readonly cloud?: Cloud;
  /** Sources that are as good as polled. */
  readonly pollable?: LambdaParts["polling"]["kinds"];
  /** Where ids begin to count, so that those of two rooms over one store differ. */
  readonly firstId?: number;
}

export async function openLambdaRoom({ store: given, cloud = new ServiceRegistry(), pollable = new Set(), firstId = 1, ...settings }: RoomOptions = {}): Promise<LambdaRoom> {
  const clock = new ManualClock();
  const ids = countingIds(firstId);
  const store = given ?? (await openMemoryStore({ clock }));
  const runtimes = new TestRuntimes();
  const functions = openFunctions({ store, ids, runtimeVersions: runtimes });
  const invoked: InvokeRequest[] = [];
  const accepted: AcceptedEvent[] = [];
  const provisioned = new Map<string, ProvisionedState>();
  const warnings: string[] = [];
  const log: Logger = { ...silentLogger, warn: (_fields, event) => void warnings.push(event) };
  const parts: LambdaParts = {
    functions: functions.repository,
    catalog: functions.catalog,
    concurrency: functions.concurrency,
    engine: {
      invoke: (request) => runEcho(request, { invoked, functions }),
      stream: async (request) => streamedEcho(await runEcho(request, { invoked, functions })),
      provisioned: (_id, allocationId) => provisioned.get(allocationId),
    },
    events: { accept: async (request) => void accepted.push(request) },
    blobs: store.blobs,
    cloud,
    polling: { kinds: pollable, lastResult: () => undefined },
    codeStorage: functions.codeStorage,
    code: { inspect: async () => ({ unzippedBytes: 1, isSigned: false }), readSignature },
    links: { forBlob: (sha256, endpoint) => `${endpoint}/blobs/${sha256}` },
    runtimeVersions: runtimes,
    clock,
    ids,
    log,
    settings: { deprecatedRuntimes: "warn", architecture: "x86_64", limitsStorage: false, concurrency: 1000, codeStorageBytes: limits.codeStorageBytes, ...settings },
  };
  const context = testContext(ids);
  const service: Readonly<Record<string, unknown>> = lambdaService(parts);
  const room: LambdaRoom = {
    parts,
    functions,
    store,
    clock,
    ids,
    invoked,
    accepted,
    provisioned,
    warnings,
    runtimes,
    context,
    call: <Operation extends LambdaOperation>(
      operation: Operation,
      input: LambdaInput<Operation>,
      more: Partial<CallContext> = {},
    ) => (service[operation] as LambdaHandler<Operation>)(input as never, { ...context, ...more }),
    async create(name, more = {}) {
      await room.call("CreateFunction", {
        FunctionName: name,
        Runtime: "nodejs24.x",
        Handler: "index.handler",
        Role: role,
        Code: { ZipFile: zip(name) },
        ...more,
      });
      await room.deploy();
    },
    async deploy() {
      for (const deployment of await functions.deployments.pending())
        await functions.deployments.complete(deployment, { kind: "deployed" });
    },
    id: (name) => ({ account: context.account, region: context.region, name }),
    beforeNextCommit(work) {
      const { repository } = functions;
      const commit = repository.commit.bind(repository);
      repository.commit = async (scope, operations) => {
        repository.commit = commit;
        await work();
        return commit(scope, operations);
      };
    },
    async [Symbol.asyncDispose]() {
      functions.close();
      if (given === undefined) await store.close();
    },
  };
  return room;
}

/** One version of Node.js, and what a test adds. */
export class TestRuntimes implements RuntimeVersions {
  readonly #listeners = new Set<(runtime: string) => void>();
  readonly #versions = new Map([["nodejs24.x", [{ version: "24.1.0", hash: "ab".repeat(32) }]]]);

  installed(runtime: string): readonly RuntimeVersion[] {
    return this.#versions.get(runtime) ?? [];
  }

  onNewest(listener: (runtime: string) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** All of them, newest first; anything else is gone. */
  put(runtime: string, ...versions: RuntimeVersion[]): void {
    this.#versions.set(runtime, versions);
    for (const listener of this.#listeners) listener(runtime);
  }
}

function countingIds(first: number): CountingIds {
  let next = first;
  const uuid = (): string => `00000000-0000-4000-8000-${(next++).toString().padStart(12, "0")}`;
  const ids: CountingIds = {
    nextFraction: 0,
    uuid,
    requestId: () => uuid() as RequestId,
    hex: (bytes) =>
      Math.floor(ids.nextFraction * 256 ** bytes)
        .toString(16)
        .padStart(bytes * 2, "0"),
  };
  return ids;
}

function testContext(ids: Ids): CallContext {
  const account = "000000000000";
  const region = "eu-west-1";
  if (!isAccountId(account) || !isRegion(region)) throw new Error("the test's own account and region");
  return {
    account,
    region,
    principal: { kind: "anonymous" },
    requestId: ids.requestId(),
    trace: undefined,
    sourceArn: undefined,
    sourceAccount: undefined,
    sourceAddress: "127.0.0.1",
    userAgent: undefined,
    endpoint: "http://localhost:4566",
    connection: new AbortController(),
  };
}

async function runEcho(
  request: InvokeRequest,
  { invoked, functions }: { readonly invoked: InvokeRequest[]; readonly functions: Functions },
): Promise<InvokeOutcome> {
  const { version } = await functions.catalog.resolve(request.function, request.qualifier);
  invoked.push(request);
  return {
    executedVersion: version.version,
    payload: request.payload,
    contentType: undefined,
    functionError: undefined,
    errorType: undefined,
    logTail: request.logTail ? Buffer.from("END\n") : undefined,
    trace: request.trace ?? "Root=1-0",
  };
}

/** The event in two chunks. */
const streamedEcho = ({ executedVersion, payload, logTail, trace }: InvokeOutcome): StreamedInvoke => ({
  executedVersion,
  trace,
  isStreamed: true,
  contentType: "application/octet-stream",
  body: Readable.from([payload.subarray(0, 1), payload.subarray(1)]),
  completed: Promise.resolve({ error: undefined, logTail }),
});
